import { PatchUserSettings, UserSettings } from '@marquee/contracts'
import { endpoint, json } from '@marquee/service-kit'
import type { UserHistory } from '../context.js'
import { own } from '../pages.js'
import { transactionAgain } from '../transaction-again.js'
import { userParams } from './get-user.js'
import { changeSettings as change, keepUsers, readUser } from './users-store.js'
import { isSelf, noUser, onlySelfOrAdmin } from './whose.js'

export const changeSettings = ({ primary }: UserHistory) =>
  endpoint({
    method: 'PATCH',
    path: '/api/v1/users/{id}/settings',
    operationId: 'changeSettings',
    summary: 'Change a person’s settings',
    description: 'JSON merge patch, for that person and for admins.',
    tag: 'People',
    access: 'viewer',
    params: userParams,
    body: PatchUserSettings,
    bodyType: 'application/merge-patch+json',
    responses: { 200: { description: 'The settings after it', schema: UserSettings } },
    problems: ['forbidden', 'user_not_found', 'unavailable'],
    async handle({ params: { id }, body, viewer }) {
      onlySelfOrAdmin(viewer, id)
      const settings = await transactionAgain(primary, async (tx) => {
        if (isSelf(viewer, id)) await keepUsers(tx, [id])
        else if (!(await readUser(tx, id))) throw noUser()
        return await change(tx, id, body)
      })
      return json(200, settings, own)
    },
  })
