import { UserSettings } from '@marquee/contracts'
import { endpoint, json } from '@marquee/service-kit'
import type { UserHistory } from '../context.js'
import { own } from '../pages.js'
import { userParams } from './get-user.js'
import { readViewer } from './viewer-store.js'
import { onlySelfOrAdmin } from './whose.js'

export const getSettings = ({ primary }: UserHistory) =>
  endpoint({
    method: 'GET',
    path: '/api/v1/users/{id}/settings',
    operationId: 'getSettings',
    summary: 'A person’s settings',
    description: 'For that person and for admins. What was never set is told as it is by default.',
    tag: 'People',
    access: 'viewer',
    params: userParams,
    responses: { 200: { description: 'The settings', schema: UserSettings } },
    problems: ['forbidden', 'unavailable'],
    async handle({ params: { id }, viewer }) {
      onlySelfOrAdmin(viewer, id)
      return json(200, (await readViewer(primary, id)).settings, own)
    },
  })
