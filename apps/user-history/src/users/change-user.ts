import { adminFields, PatchUser, User, type Viewer } from '@marquee/contracts'
import { ApiError, endpoint, json } from '@marquee/service-kit'
import type { UserHistory } from '../context.js'
import { own } from '../pages.js'
import { transactionAgain } from '../transaction-again.js'
import { userParams } from './get-user.js'
import { presentUser } from './present-user.js'
import { changeUser as change, keepUsers, readUser } from './users-store.js'
import { isAdmin, isSelf, noUser, onlySelfOrAdmin } from './whose.js'

export const changeUser = ({ primary }: UserHistory) =>
  endpoint({
    method: 'PATCH',
    path: '/api/v1/users/{id}',
    operationId: 'changeUser',
    summary: 'Change a person’s profile',
    description:
      'JSON merge patch, for that person and for admins; `subscriptionTier`, `role` and `isActive` are for admins alone. What may be ' +
      'watched follows from it at once.',
    tag: 'People',
    access: 'viewer',
    params: userParams,
    body: PatchUser,
    bodyType: 'application/merge-patch+json',
    responses: { 200: { description: 'The profile after it', schema: User } },
    problems: ['forbidden', 'user_not_found', 'username_taken', 'unavailable'],
    async handle({ params: { id }, body, viewer }) {
      onlySelfOrAdmin(viewer, id)
      onlyOwnFields(viewer, body)
      const stored = await transactionAgain(primary, async (tx) => {
        if (isSelf(viewer, id)) await keepUsers(tx, [id])
        await change(tx, id, body)
        return await readUser(tx, id)
      }).catch((error: unknown) => {
        throw isTaken(error) ? new ApiError('username_taken', 'Somebody else has this username.') : error
      })
      if (!stored) throw noUser()
      return json(200, presentUser(id, stored, isSelf(viewer, id)), own)
    },
  })

function onlyOwnFields(viewer: Viewer, body: PatchUser): void {
  const others = adminFields.filter((field) => field in body)
  if (others.length > 0 && !isAdmin(viewer))
    throw new ApiError('forbidden', `Only an admin may change ${others.join(', ')}.`)
}

const isTaken = (error: unknown): boolean =>
  (error as { constraint?: string }).constraint === 'users_username_key'
