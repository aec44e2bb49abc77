import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { newTitle, testCatalog } from '../testing/test-catalog.js'

let test: Awaited<ReturnType<typeof testCatalog>>
beforeAll(async () => {
  test = await testCatalog()
})
afterAll(() => test.close())

const write = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  test.api(path, { method, as: 'editor', headers, ...(body !== undefined && { body }) })
const read = (path: string) => test.api(path, { as: 'editor' })
/** The path of a new episode. */
async function episode(): Promise<string> {
  const { id } = (await write('POST', '/api/v1/content', newTitle())).json
  const body = { seasonNumber: 1, number: 1, title: 'Pilot', status: 'published' }
  return `/api/v1/episodes/${(await write('POST', `/api/v1/content/${id}/episodes`, body)).json.id}`
}
const source = (more: object = {}) => ({
  provider: 'local',
  quality: 'HD_720p',
  url: 'https://cdn.example.com/a/720p.m3u8?x=1',
  ...more,
})
const subtitles = (language: string, more: object = {}) => ({
  language,
  fileUrl: `https://cdn.example.com/a/${language}.vtt`,
  ...more,
})
interface Sub {
  id: string
  language: string
  isDefault: boolean
}

describe('video sources of an episode', () => {
  it('are added, each address once, listed and removed', async () => {
    const path = await episode()
    const big = { bitrate: 20_000_000, fileSize: 5_000_000_000_000 }
    const made = await write(
      'POST',
      `${path}/sources`,
      source({ ...big, url: 'https://cdn.example.com/a/4k', quality: 'UHD_4K' }),
    )
    expect([made.status, made.json]).toMatchObject([201, { ...big, quality: 'UHD_4K' }])
    const second = await write('POST', `${path}/sources`, source())
    expect((await write('POST', `${path}/sources`, source({ provider: 'b' }))).json.code).toBe(
      'source_exists',
    )
    expect((await read(`${path}/sources`)).json).toEqual({ items: [made.json, second.json], next: null })
    expect((await write('DELETE', `${path}/sources/${made.json.id}`)).status).toBe(204)
    expect((await write('DELETE', `${path}/sources/${made.json.id}`)).json.code).toBe('source_not_found')
    expect((await read(`${path}/sources`)).json.items).toEqual([second.json])
  })

  it('answer a repeated Idempotency-Key again', async () => {
    const path = await episode()
    const headers = { 'idempotency-key': `source-${path}` }
    const post = () => write('POST', `${path}/sources`, source(), headers)
    const [first, again] = [await post(), await post()]
    expect([again.status, again.text]).toEqual([201, first.text])
  })

  it('are for the eyes of editors alone', async () => {
    const path = await episode()
    for (const [as, status] of [
      [undefined, 401],
      ['mina', 403],
    ] as const)
      for (const part of ['sources', 'subtitles'])
        expect((await test.api(`${path}/${part}`, { ...(as && { as }) })).status).toBe(status)
    const { id } = world.episodes.winterTide1
    await write('POST', `/api/v1/episodes/${id}/sources`, source())
    const shown = [`/api/v1/episodes/${id}`, '/api/v1/content/winter-tide?include=episodes']
    for (const open of shown) expect((await test.api(open)).text).not.toContain('cdn.example.com')
  })

  it('belong to one episode', async () => {
    const [mine, other] = [await episode(), await episode()]
    const { json } = await write('POST', `${mine}/sources`, source())
    expect((await write('DELETE', `${other}/sources/${json.id}`)).status).toBe(404)
    const nowhere = `/api/v1/episodes/${world.genres.crime.id}`
    expect((await read(`${nowhere}/sources`)).json.code).toBe('episode_not_found')
    expect((await write('POST', `${nowhere}/subtitles`, subtitles('ko'))).status).toBe(404)
  })

  it.each([
    ['an unknown quality', { quality: '8K' }],
    ['no quality', { quality: undefined }],
    ['an address of a file', { url: 'file:///etc/passwd' }],
    ['a bitrate of nothing', { bitrate: 0 }],
    ['a bitrate beyond its column', { bitrate: 2 ** 31 }],
    ['half a byte', { fileSize: 1.5 }],
    ['a size beyond what is exact', { fileSize: 2 ** 53 }],
    ['a NUL', { provider: 'a\0' }],
    ['a field of ours', { createdAt: '2026-01-01T00:00:00Z' }],
  ])('with %s are 422', async (_, more) => {
    const path = `/api/v1/episodes/${world.episodes.winterTide2.id}/sources`
    expect((await write('POST', path, source(more))).status).toBe(422)
  })
})

describe('subtitles of an episode', () => {
  const defaults = async (path: string) =>
    (await read(`${path}/subtitles`)).json.items.flatMap((one: Sub) => (one.isDefault ? [one.language] : []))

  it('have one default, whatever is added, chosen or removed', async () => {
    const path = await episode()
    const add = async (language: string, more?: object): Promise<Sub> =>
      (await write('POST', `${path}/subtitles`, subtitles(language, more))).json
    const ko = await add('ko', { isDefault: false })
    expect(await defaults(path)).toEqual(['ko'])
    const en = await add('en')
    expect(await defaults(path)).toEqual(['ko'])
    const ja = await add('ja', { isDefault: true })
    expect([ja.isDefault, await defaults(path)]).toEqual([true, ['ja']])
    const put = await write('PUT', `${path}/subtitles/${en.id}/default`)
    expect([put.status, put.json]).toEqual([200, (await read(`${path}/subtitles`)).json])
    expect(await defaults(path)).toEqual(['en'])
    await write('PUT', `${path}/subtitles/${en.id}/default`)
    expect((await write('DELETE', `${path}/subtitles/${ja.id}`)).status).toBe(204)
    expect(await defaults(path)).toEqual(['en'])
    await write('DELETE', `${path}/subtitles/${en.id}`)
    expect(await defaults(path)).toEqual(['ko'])
    await write('DELETE', `${path}/subtitles/${ko.id}`)
    expect((await read(`${path}/subtitles`)).json.items).toEqual([])
    expect((await write('PUT', `${path}/subtitles/${ko.id}/default`)).json.code).toBe('subtitle_not_found')
  })

  it('keep one default when everybody wants another at once', async () => {
    const path = await episode()
    const languages = ['ko', 'en', 'ja', 'th', 'fr', 'de']
    const made = await Promise.all(
      languages.map((language) =>
        write('POST', `${path}/subtitles`, subtitles(language, { isDefault: true })),
      ),
    )
    expect(made.map(({ status }) => status)).toEqual(languages.map(() => 201))
    expect(await defaults(path)).toHaveLength(1)
    await Promise.all(made.map(({ json }) => write('PUT', `${path}/subtitles/${json.id}/default`)))
    expect(await defaults(path)).toHaveLength(1)
    await Promise.all(made.slice(1).map(({ json }) => write('DELETE', `${path}/subtitles/${json.id}`)))
    expect(await defaults(path)).toEqual(['ko'])
  })

  it('are one file per language', async () => {
    const path = await episode()
    const both = await Promise.all([1, 2].map(() => write('POST', `${path}/subtitles`, subtitles('pt-BR'))))
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409])
    for (const language of ['', 'english', 'EN', 'en_US', '../x'])
      expect((await write('POST', `${path}/subtitles`, subtitles(language))).status).toBe(422)
  })
})
