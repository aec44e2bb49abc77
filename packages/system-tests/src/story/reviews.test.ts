import { describe, expect, it } from '@jest/globals'
import { settle } from '@marquee/test-kit'
import { api } from '../checked.js'
import { newPerson } from '../people.js'

async function newTitle() {
  const { json } = await api('/api/v1/content', {
    method: 'POST',
    as: 'editor',
    body: { kind: 'movie', title: 'Reviewed', origin: 'thai', originalLanguage: 'th', status: 'published' },
  })
  return `/api/v1/content/${json.id}`
}
const post = (title: string, token: string, body: object) =>
  api(`${title}/reviews`, { method: 'POST', token, body })
const version = (answer: { headers: Record<string, string> }) => ({ 'if-match': answer.headers.etag! })

describe('one review of a title for each person', () => {
  it('50 concurrent first reviews of one person: one is kept, the others are told so', async () => {
    const title = await newTitle()
    const { token } = newPerson()
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => post(title, token, { rating: (n % 10) + 1, text: `take ${n}` })),
    )
    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses).toEqual([201, ...Array(49).fill(409)])
    const codes = new Set(answers.filter(({ status }) => status === 409).map(({ json }) => json.code))
    expect([...codes]).toEqual(['review_exists'])
    const { json } = await api(`${title}/reviews`)
    expect(json.summary.count).toBe(1)
    expect(json.items).toEqual([answers.find(({ status }) => status === 201)!.json])
  })

  it('50 people at once on one title: all are kept and the figures are theirs', async () => {
    const title = await newTitle()
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        post(title, newPerson().token, { rating: (n % 10) + 1, text: 'x' }),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(201))
    const { json } = await api(`${title}/reviews?limit=100`)
    expect(json.items).toHaveLength(50)
    expect(json.summary).toEqual({
      count: 50,
      average: 5.5,
      distribution: Object.fromEntries(Array.from({ length: 10 }, (_, n) => [String(n + 1), 5])),
    })
    await settle(
      async () => expect((await api(title)).json).toMatchObject({ rating: 5.5, ratingCount: 50 }),
      { timeoutMs: 20_000 },
    )
  })

  it('answers a repeated Idempotency-Key as it did the first time, and another body with 422', async () => {
    const title = await newTitle()
    const { token } = newPerson()
    const ask = (body: object) =>
      api(`${title}/reviews`, { method: 'POST', token, body, headers: { 'idempotency-key': 'first-words' } })
    const first = await ask({ rating: 6, text: 'once' })
    const again = await ask({ rating: 6, text: 'once' })
    expect([again.status, again.json]).toEqual([201, first.json])
    expect((await ask({ rating: 7, text: 'once' })).json.code).toBe('idempotency_key_reused')
    expect((await api(`${title}/reviews`)).json.summary.count).toBe(1)
  })
})

describe('a review through its life', () => {
  it('is edited by its author alone, counts while it is published, and leaves no trace in the figures', async () => {
    const title = await newTitle()
    const [author, other] = [newPerson(), newPerson()]
    const posted = await post(title, author.token, { rating: 4, text: 'slow', hasSpoilers: true })
    const path = `${title}/reviews/${posted.json.id}`
    const edit = { method: 'PATCH', headers: version(posted), body: { rating: 9 } }
    expect((await api(path, { ...edit, token: other.token })).status).toBe(403)
    const edited = await api(path, { ...edit, token: author.token })
    expect(edited).toMatchObject({ status: 200, json: { rating: 9, text: 'slow', version: 2 } })
    expect((await api(path, { ...edit, token: author.token })).status).toBe(412)

    expect((await api(`${title}/reviews?spoilers=exclude`)).json.items).toEqual([])
    expect((await api(`${title}/reviews`)).json.summary).toMatchObject({ count: 1, average: 9 })

    const hidden = await api(`${path}/moderation`, {
      method: 'PATCH',
      as: 'editor',
      headers: version(edited),
      body: { status: 'hidden', reason: 'A test' },
    })
    expect(hidden).toMatchObject({ status: 200, json: { status: 'hidden', version: 3 } })
    expect((await api(`${title}/reviews`)).json).toMatchObject({
      items: [],
      summary: { count: 0, average: null },
    })
    const back = await api(`${path}/moderation`, {
      method: 'PATCH',
      as: 'editor',
      headers: version(hidden),
      body: { status: 'published' },
    })
    expect((await api(`${title}/reviews`)).json.summary).toMatchObject({ count: 1, average: 9 })

    const removed = await api(path, { method: 'DELETE', token: author.token, headers: version(back) })
    expect(removed.status).toBe(204)
    expect((await api(`${title}/reviews`)).json.summary.count).toBe(0)
    expect((await post(title, author.token, { rating: 5, text: 'again' })).status).toBe(201)
    await settle(async () => expect((await api(title)).json).toMatchObject({ rating: 5, ratingCount: 1 }), {
      timeoutMs: 20_000,
    })
  })

  it('is sorted by helpfulness, which each person gives once', async () => {
    const title = await newTitle()
    const [first, second] = [
      await post(title, newPerson().token, { rating: 3, text: 'a' }),
      await post(title, newPerson().token, { rating: 8, text: 'b' }),
    ]
    const helpful = (id: string, method: string, token: string) =>
      api(`${title}/reviews/${id}/helpful`, { method, token })
    const { token } = newPerson()
    for (let n = 0; n < 3; n++) expect((await helpful(first.json.id, 'PUT', token)).status).toBeLessThan(300)
    const order = async (sort: string) =>
      (await api(`${title}/reviews?sort=${sort}`)).json.items.map((item: { id: string }) => item.id)
    expect(await order('helpful')).toEqual([first.json.id, second.json.id])
    expect(await order('newest')).toEqual([second.json.id, first.json.id])
    expect(await order('highest')).toEqual([second.json.id, first.json.id])
    expect(await order('lowest')).toEqual([first.json.id, second.json.id])
    expect((await api(`${title}/reviews?sort=helpful&limit=1`)).json.items[0].helpfulCount).toBe(1)
    expect((await helpful(first.json.id, 'DELETE', token)).status).toBeLessThan(300)
    expect((await api(`${title}/reviews?sort=lowest&limit=1`)).json.items[0].helpfulCount).toBe(0)
  })

  it('keeps what is merely odd exactly as it was written', async () => {
    const title = await newTitle()
    const text = `<script>alert(1)</script> '; DROP TABLE users; -- {"$gt": ""} 👩‍🚀 مرحبا \u202e ﷽ é é`
    const posted = await post(title, newPerson().token, { rating: 10, title: '<b>x</b>', text })
    expect(posted.json).toMatchObject({ title: '<b>x</b>', text })
    expect((await api(`${title}/reviews`)).json.items[0]).toMatchObject({ title: '<b>x</b>', text })
  })
})
