import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { serveUserHistory } from '../testing/serve.js'

let place: Awaited<ReturnType<typeof serveUserHistory>>
let app: Awaited<ReturnType<typeof place.start>>
let me: string
beforeAll(async () => {
  place = await serveUserHistory()
  app = await place.start()
})
beforeEach(() => {
  me = randomUUID()
})
afterAll(() => place.close())

const path = (id: string, more = '') => `/api/v1/users/${id}${more}`
const admin = { sub: world.viewers.admin.sub, roles: ['admin'] }
const get = (more = '', as: object = { sub: me }) => app.send(path(me, more), as)
const patch = (body: object, more = '', as: object = { sub: me }) =>
  app.send(path(me, more), { method: 'PATCH', body, ...as })
const withEmail = () =>
  place.primary.query('INSERT INTO users (id, email) VALUES ($1, $2)', [me, `${me}@people.example.com`])

describe('a profile', () => {
  it('is there before its person has written anything, and made by the first change', async () => {
    expect((await get()).json).toMatchObject({
      id: me,
      username: null,
      subscriptionTier: 'free',
      createdAt: null,
    })
    expect((await get('', admin)).json.code).toBe('user_not_found')
    expect((await patch({ bio: 'x' }, '', admin)).json.code).toBe('user_not_found')
    const username = `u-${me.slice(0, 8)}`
    const changed = await patch({ username, displayName: ' Mina ', favoriteGenres: [world.genres.crime.id] })
    expect(changed.json).toMatchObject({
      username,
      displayName: 'Mina',
      favoriteGenres: [world.genres.crime.id],
    })
    expect((await get()).json).toEqual(changed.json)
    const more = await patch({
      displayName: null,
      country: 'KR',
      maxContentRating: 'PG-13',
      preferredSubtitleLanguage: 'ko',
    })
    expect(more.json).toMatchObject({ username, displayName: null, country: 'KR', maxContentRating: 'PG-13' })
    expect((await get('', admin)).json).toMatchObject({ username })
  })

  it('tells the email to its person alone', async () => {
    await withEmail()
    expect((await get()).json.email).toBe(`${me}@people.example.com`)
    expect(JSON.stringify((await get('', admin)).json)).not.toContain('@')
    expect(JSON.stringify((await patch({ bio: 'x' }, '', admin)).json)).not.toContain('@')
  })

  it('is its person’s and the admins’ alone', async () => {
    await withEmail()
    const other = { sub: randomUUID() }
    for (const more of ['', '/settings'])
      expect([
        (await get(more, other)).status,
        (await patch({}, more, other)).status,
        (await get(more, {})).status,
      ]).toEqual([...[403, 403, 401]])
    expect((await get('', { sub: me.toUpperCase() })).status).toBe(200)
  })

  it.each([{ subscriptionTier: 'vip' }, { role: 'admin' }, { isActive: false }])(
    '%j is for admins to say',
    async (body) => {
      await withEmail()
      expect((await patch(body)).json.code).toBe('forbidden')
      expect((await patch(body, '', { sub: me, roles: ['editor'] })).status).toBe(403)
      expect((await patch(body, '', admin)).json).toMatchObject(body)
    },
  )

  it.each([
    { username: 'a b' },
    { username: '' },
    { username: 'x'.repeat(31) },
    { displayName: '' },
    { displayName: 'x'.repeat(81) },
    { avatarUrl: 'javascript:alert(1)' },
    { bio: 'x'.repeat(1001) },
    { favoriteGenres: ['romance'] },
    { favoriteGenres: Array.from({ length: 21 }, () => randomUUID()) },
    { favoriteGenres: null },
    { preferredSubtitleLanguage: 'xx' },
    { maxContentRating: 'nothing that is known' },
    { country: 'kr' },
    { country: 'KOR' },
    { subscriptionTier: 'gold' },
    { email: 'x@people.example.com' },
    { id: randomUUID() },
    { createdAt: '2020-01-01T00:00:00Z' },
  ])('%j is refused', async (body) => {
    expect((await patch(body)).status).toBe(422)
  })

  it('has a name of its own, in any case', async () => {
    const username = `Name-${me.slice(0, 8)}`
    await patch({ username })
    const other = randomUUID()
    const asOther = (name: string) =>
      app.send(path(other), { method: 'PATCH', sub: other, body: { username: name } })
    expect((await asOther(username.toLowerCase())).json.code).toBe('username_taken')
    expect((await patch({ username: username.toLowerCase() })).status).toBe(200)
    expect((await asOther(`${username}-2`)).status).toBe(200)
  })
})

describe('settings', () => {
  it('are told by default, and changed one by one', async () => {
    expect((await get('/settings')).json).toEqual({ continuePolicy: 'last_played', autoNext: true })
    expect((await patch({ autoNext: false }, '/settings')).json).toEqual({
      continuePolicy: 'last_played',
      autoNext: false,
    })
    await patch({ continuePolicy: 'furthest' }, '/settings')
    expect((await get('/settings')).json).toEqual({ continuePolicy: 'furthest', autoNext: false })
    expect((await patch({ autoNext: true }, '/settings', admin)).json).toEqual({
      continuePolicy: 'furthest',
      autoNext: true,
    })
    for (const body of [{ autoNext: 'no' }, { continuePolicy: 'x' }, { theme: 'dark' }, { autoNext: null }])
      expect((await patch(body, '/settings')).status).toBe(422)
  })

  it('of somebody unknown are not an admin’s to make', async () => {
    expect((await patch({ autoNext: false }, '/settings', admin)).json.code).toBe('user_not_found')
  })
})
