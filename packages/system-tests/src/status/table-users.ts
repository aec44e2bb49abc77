import { world } from '@marquee/contracts'
import { type Case, mergePatch, unknownId, wrongBodies, wrongMethod } from './cases.js'
import { asMe, me, mine, nobodysTokens, notUuid, somebodyElse } from './viewer-cases.js'

const user = (id: string) => `/api/v1/users/${id}`
const settings = (id: string) => `/api/v1/users/${id}/settings`
// One that nobody has, in each run.
const username = `table-${Date.now().toString(36)}`

/** The same for every operation on what is one person's. */
const ofOne = (method: 'GET' | 'PATCH', path: (id: string) => string): Case[] => {
  const ask = method === 'GET' ? { method } : { method, headers: mergePatch, body: {} }
  return [
    mine('one’s own', { ...ask, path: path(me.id) }, 200),
    mine('one’s own, upper case', { ...ask, path: path(me.id.toUpperCase()) }, 200),
    mine('somebody else’s', { ...ask, path: path(somebodyElse.id) }, 403, 'forbidden'),
    mine('somebody’s who is known', { ...ask, path: path(world.viewers.mina.sub) }, 403, 'forbidden'),
    { input: 'as editor', ...ask, path: path(me.id), as: 'editor', status: 403, code: 'forbidden' },
    { input: 'with the scope data', ...ask, path: path(me.id), as: 'data', status: 403, code: 'forbidden' },
    { input: 'anybody’s as admin', ...ask, path: path(world.viewers.mina.sub), as: 'admin', status: 200 },
    ...notUuid.map((id) => mine(`id: ${id}`, { ...ask, path: path(id) }, 400, 'invalid_request')),
    mine('unknown parameter', { ...ask, path: `${path(me.id)}?x=1` }, 400, 'invalid_request'),
    ...nobodysTokens(method, path(me.id), ask),
    wrongMethod('PUT', path(me.id)),
  ]
}
const unknown = (method: string, path: string, more: Partial<Case> = {}): Case => ({
  ...{ input: 'nobody’s as admin', method, path, as: 'admin' as const, status: 404 },
  ...{ code: 'user_not_found' as const, ...more },
})

const patch = (path: string) => (input: string, body: object, status: number, code?: Case['code']) =>
  mine(input, { method: 'PATCH', path, headers: mergePatch, body }, status, code)
const change = patch(user(me.id))
const set = patch(settings(me.id))

export const users: Record<string, Case[]> = {
  'PATCH /api/v1/users/{id}': [
    change('a profile', { displayName: 'Me', bio: null, country: 'KR', maxContentRating: '15+' }, 200),
    change('a username', { username }, 200),
    {
      ...change('a username of somebody else', { username }, 409, 'username_taken'),
      path: user(somebodyElse.id),
      token: somebodyElse.token,
    },
    change('username too short', { username: 'x' }, 422, 'invalid_body'),
    change('username with markup', { username: '<b>me</b>' }, 422, 'invalid_body'),
    change('country in words', { country: 'Korea' }, 422, 'invalid_body'),
    change('a rating that names no age', { maxContentRating: 'soft' }, 422, 'invalid_body'),
    change('an address that is no web page', { avatarUrl: 'javascript:1' }, 422, 'invalid_body'),
    change('a genre twice', { favoriteGenres: [unknownId, unknownId] }, 422, 'invalid_body'),
    change('email assigned', { email: 'me@people.example.com' }, 422, 'invalid_body'),
    change('a tier given to oneself', { subscriptionTier: 'vip' }, 403, 'forbidden'),
    change('a role given to oneself', { role: 'admin' }, 403, 'forbidden'),
    {
      ...change('a tier given by an admin', { subscriptionTier: 'free' }, 200),
      token: undefined,
      as: 'admin',
    },
    unknown('PATCH', user(unknownId), { headers: mergePatch, body: {} }),
    ...ofOne('PATCH', user),
    ...asMe(wrongBodies('PATCH', user(me.id), undefined)),
  ],
  'GET /api/v1/users/{id}': [...ofOne('GET', user), unknown('GET', user(unknownId))],
  'PATCH /api/v1/users/{id}/settings': [
    set('a policy', { continuePolicy: 'furthest' }, 200),
    set('without auto-next', { autoNext: false }, 200),
    set('unknown policy', { continuePolicy: 'first' }, 422, 'invalid_body'),
    set('a policy taken away', { continuePolicy: null }, 422, 'invalid_body'),
    set('auto-next a string', { autoNext: 'yes' }, 422, 'invalid_body'),
    unknown('PATCH', settings(unknownId), { headers: mergePatch, body: {} }),
    ...ofOne('PATCH', settings),
    ...asMe(wrongBodies('PATCH', settings(me.id), undefined)),
  ],
  'GET /api/v1/users/{id}/settings': ofOne('GET', settings),
}
