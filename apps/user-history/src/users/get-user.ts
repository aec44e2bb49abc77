import { User, Uuid, z } from '@marquee/contracts'
import { endpoint, json } from '@marquee/service-kit'
import type { UserHistory } from '../context.js'
import { own } from '../pages.js'
import { presentUser } from './present-user.js'
import { readUser } from './users-store.js'
import { isSelf, noUser, onlySelfOrAdmin } from './whose.js'

export const userParams = z.object({ id: Uuid })

export const getUser = ({ primary }: UserHistory) =>
  endpoint({
    method: 'GET',
    path: '/api/v1/users/{id}',
    operationId: 'getUser',
    summary: 'A person’s profile',
    description: 'For that person and for admins. The email is for that person alone.',
    tag: 'People',
    access: 'viewer',
    params: userParams,
    responses: { 200: { description: 'The profile', schema: User } },
    problems: ['forbidden', 'user_not_found', 'unavailable'],
    async handle({ params: { id }, viewer }) {
      onlySelfOrAdmin(viewer, id)
      const stored = await readUser(primary, id)
      if (!stored && !isSelf(viewer, id)) throw noUser()
      return json(200, presentUser(id, stored, isSelf(viewer, id)), own)
    },
  })
