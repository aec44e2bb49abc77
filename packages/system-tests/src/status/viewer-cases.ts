import { newPerson, tokenOf } from '../people.js'
import { type Case, wrongTokens } from './cases.js'

/** People whom the platform has never seen: the table holds on one that has been used. */
export const [me, somebodyElse] = [newPerson(), newPerson()]
export const notUuid = ['me', 'winter-tide', '%00', "1'%20OR%20'1'='1", encodeURIComponent('{"$gt":""}')]

/** A row that is asked as `me`. */
export const mine = (
  input: string,
  ask: Omit<Case, 'input' | 'status'>,
  status: number,
  code?: Case['code'],
): Case => ({ input, token: me.token, ...ask, status, ...(code && { code }) })

export const asMe = (cases: Case[]): Case[] =>
  cases.map(({ as: _, ...each }) => ({ ...each, token: me.token }))

/** What every operation that belongs to a person answers to those who are none. */
export const nobodysTokens = (method: string, path: string, more: Partial<Case> = {}): Case[] => [
  ...wrongTokens(method, path, 'viewer', more).filter(({ as }) => as === undefined),
  {
    input: 'token: expired',
    method,
    path,
    token: tokenOf(me.id, ['user'], -60),
    status: 401,
    code: 'invalid_token',
    ...more,
  },
  {
    input: 'token: whose subject is no person',
    method,
    path,
    token: tokenOf('robot'),
    status: 403,
    code: 'forbidden',
    ...more,
  },
]

/** A title that is wrong in the path. */
export const wrongTitles = (method: string, prefix: string, suffix = '', body?: object): Case[] =>
  notUuid.map((id) =>
    mine(
      `contentId: ${id}`,
      { method, path: `${prefix}/${id}${suffix}`, ...(body && { body }) },
      400,
      'invalid_request',
    ),
  )

/** A key that can be no key; and one that was used with something else, after `first` used it. */
export const wrongKeys = (method: string, first: Partial<Case>, second: Partial<Case>): Case[] => {
  const key = `status-table-${Date.now()}`
  const row = (input: string, name: string, ask: Partial<Case>, status: number, code?: Case['code']) =>
    mine(
      input,
      { path: '', method, ...ask, headers: { 'idempotency-key': name } },
      status,
      ...(code ? ([code] as const) : []),
    )
  return [
    row('key: too long', 'k'.repeat(256), first, 400, 'invalid_request'),
    row('key: a space', 'a b', first, 400, 'invalid_request'),
    row('key: new', key, first, 200),
    row('key: the same again', key, first, 200),
    row('key: with something else', key, second, 422, 'idempotency_key_reused'),
  ]
}
