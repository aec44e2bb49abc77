import { api } from '../../checked.js'
import { everything } from '../../pages.js'
import { between, type Check, gather, writesOf } from './context.js'

const perAsk = 100

/** Every acknowledged title is there, and none that was refused. */
export const titles: Check = async (checked) => {
  const { ok, fail } = writesOf(checked, 'create')
  const pages = Array.from({ length: Math.ceil(ok.length / perAsk) }, (_, n) =>
    ok.slice(n * perAsk, (n + 1) * perAsk),
  )
  return [
    ...(await gather(pages, async (page) => {
      const ids = page.map(({ value }) => value).join(',')
      const found = new Set<string>()
      for (const status of ['published', 'draft'])
        for (const { slug } of (await api(`/api/v1/content?ids=${ids}&status=${status}`, { as: 'editor' }))
          .json.items)
          found.add(slug)
      return page
        .filter(({ key }) => !found.has(key))
        .map(({ key }) => `title ${key} was acknowledged and is not there`)
    })),
    ...(await gather(fail, async ({ key }) => {
      const { status } = await api(`/api/v1/content/${key}`, { as: 'editor' })
      return status === 404 ? [] : [`title ${key} was refused and answers ${status}`]
    })),
  ]
}

/** The last acknowledged edit stands, or one after it whose outcome is not known; each made one version. */
export const edits: Check = (checked) =>
  gather(checked.world.edited, async (id) => {
    const { status, json } = await api(`/api/v1/content/${id}`, { as: 'editor' })
    if (status !== 200) return [`edited title ${id} answers ${status}`]
    const { ok, unknown } = writesOf(checked, 'edit', id)
    const last = Math.max(0, ...ok.map(({ value }) => Number(value)))
    const stands = json.description === null ? 0 : Number(json.description.split(' ').at(-1))
    const may = [last, ...unknown.map(({ value }) => Number(value)).filter((n) => n > last)]
    return [
      ...(may.includes(stands) ? [] : [`edited title ${id} shows edit ${stands}, not ${may.join(' or ')}`]),
      ...between(`versions of ${id}`, json.version - 1, ok.length, ok.length + unknown.length),
    ]
  })

/** Every acknowledged episode is there once, and none that was refused. */
export const episodes: Check = (checked) =>
  gather(checked.world.serials, async (id) => {
    const listed = await everything(`/api/v1/content/${id}/episodes`, { as: 'editor' })
    const found = listed.map(({ number }) => String(number))
    const numbers = new Set(found)
    const { ok, fail } = writesOf(checked, 'episode', id)
    const again = found.length === numbers.size ? [] : [`episodes of ${id} are listed twice`]
    return [
      ...again,
      ...ok
        .filter(({ value }) => !numbers.has(value))
        .map(({ value }) => `episode ${value} of ${id} was acknowledged and is not there`),
      ...fail
        .filter(({ value }) => numbers.has(value))
        .map(({ value }) => `episode ${value} of ${id} was refused and is there`),
    ]
  })
