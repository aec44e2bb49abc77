import { beforeAll, describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { api } from '../checked.js'
import { newPerson } from '../people.js'
import { readRun } from '../platform.js'

const methods = ['get', 'post', 'put', 'patch', 'delete']
const { winterTide } = world.contents
const { winterTide1 } = world.episodes
const owner = newPerson()
const other = newPerson()

interface Operation {
  operationId: string
  requestBody?: { content: Record<string, { example?: object }> }
}
interface Asked {
  name: string
  method: string
  path: string
  /** The example of the document, of which the ids are those of the named world. */
  body?: object
  /** Whose it is, the path says itself. */
  namesSomebody: boolean
}

const operationsOf = (document: { paths: Record<string, Record<string, Operation>> }) =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    methods.flatMap((method) => (item[method] ? [{ path, method, operation: item[method] }] : [])),
  )

/**
 * Every public operation of user-history and every other that names a person, by all of its paths: what the gateway serves of what the
 * app itself describes, so that a new one is asked here without a word.
 */
async function personal(): Promise<Asked[]> {
  const described = await fetch(`${readRun().instances['user-history']![0]}/openapi.json`)
  const own = new Set(
    operationsOf((await described.json()) as never).map(({ operation }) => operation.operationId),
  )
  const served = operationsOf((await api('/openapi.json')).json)
  const isOwn = ({ operationId }: Operation) =>
    own.has(operationId) || own.has(operationId.replace(/Alias$/, ''))
  return served
    .filter(({ path, operation }) => isOwn(operation) || /\/users\/\{/.test(path))
    .map(({ path, method, operation }) => {
      const [content] = Object.values(operation.requestBody?.content ?? {})
      return {
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path: path.replace(/\{contentId\}/, winterTide.id).replace(/\{(userId|id)\}/, owner.id),
        ...(content?.example && { body: content.example }),
        namesSomebody: /\/users\/\{/.test(path),
      }
    })
    .filter(({ path }) => !path.startsWith('/health'))
}

const ask = ({ method, path, body }: Asked, token?: string) =>
  api(path, { method, ...(token && { token }), ...(body && { body }) })

let asked: Asked[]
/** What the owner has, by every path that tells him. */
const all = async () => {
  const reads = asked.filter(({ method }) => method === 'GET')
  return Promise.all(reads.map(async (one) => ({ name: one.name, json: (await ask(one, owner.token)).json })))
}

beforeAll(async () => {
  asked = await personal()
  const own = { token: owner.token }
  const report = { episodeId: winterTide1.id, position: 900, duration: 3720, state: 'stopped' }
  await api('/api/v1/progress', { method: 'POST', ...own, body: report })
  await api(`/api/v1/favorites/${winterTide.id}`, { method: 'PUT', ...own })
  await api(`/api/v1/users/${owner.id}`, { method: 'PATCH', ...own, body: { displayName: 'The owner' } })
})

describe('what is one person’s', () => {
  it('is known here: as many paths as there are, by both names', () => {
    const names = asked.map(({ name }) => name)
    expect(names).toEqual(
      expect.arrayContaining([
        'POST /api/v1/progress',
        'POST /api/progress',
        'GET /api/continue-watching',
        'GET /api/v1/content/users/{userId}/watch-history',
        'PATCH /api/v1/users/{id}/settings',
      ]),
    )
    expect(names.length).toBeGreaterThanOrEqual(17)
    for (const { path } of asked) expect(path).not.toContain('{')
  })

  it('is asked with a token, everywhere', async () => {
    for (const one of asked) {
      const { status, json } = await ask(one)
      expect([one.name, status, json.code]).toEqual([one.name, 401, 'unauthenticated'])
    }
  })

  it('is for nobody else where the path names him; where it does not, everybody has his own', async () => {
    for (const { name, json } of await all())
      if (json.items) expect([name, json.items.length]).toEqual([name, 1])
    for (const one of asked.filter(({ method, namesSomebody }) => namesSomebody || method === 'GET')) {
      const { status, json } = await ask(one, other.token)
      if (one.namesSomebody) expect([one.name, status, json.code]).toEqual([one.name, 403, 'forbidden'])
      else expect([one.name, status, json]).toEqual([one.name, 200, { items: [], next: null }])
    }
  })

  it('is not changed by anything that anybody else writes', async () => {
    const before = await all()
    const statuses = []
    for (const one of asked) if (one.method !== 'GET') statuses.push((await ask(one, other.token)).status)
    // Most of them did something, to what is his own.
    expect(statuses.filter((status) => status < 300).length).toBeGreaterThan(statuses.length / 2)
    expect(await all()).toEqual(before)
  })
})
