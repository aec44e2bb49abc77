import { Content } from '@marquee/contracts'
import type { Pool } from '@marquee/postgres'
import type { HttpClient } from '@marquee/service-kit'
import { episodeCopy, titleCopy } from '../titles/copies.js'
import { keepCopies } from '../titles/copies-store.js'

/** The catalogue answers so many at once without others waiting long for it. */
const atOnce = 12
const perWrite = 120

type Catalog = Pick<HttpClient, 'get'>

/**
 * Asks the catalogue for titles with their episodes, and keeps them as its events would be kept. A title that is gone meanwhile is left
 * out. @throws ApiError unavailable when the catalogue does not answer
 */
export async function fetchTitles(
  { primary, catalog }: { primary: Pool; catalog: Catalog },
  ids: readonly string[],
  progress: (done: number) => void,
): Promise<void> {
  let underWay: Promise<void> = Promise.resolve()
  for (let start = 0; start < ids.length; start += perWrite) {
    const portion = ids.slice(start, start + perWrite)
    const found = (await eachOf(portion, (id) => ask(catalog, id))).filter((title) => title !== null)
    // One portion is written while the next is asked for.
    await underWay
    underWay = keep(primary, found).then(() => progress(start + portion.length))
    underWay.catch(() => undefined)
  }
  await underWay
}

async function keep(primary: Pool, titles: readonly Content[]): Promise<void> {
  await keepCopies(primary, {
    titles: titles.map((title) => titleCopy(title, title.version)),
    episodes: titles.flatMap(({ episodes = [] }) =>
      episodes.map((episode) => episodeCopy(episode, episode.version)),
    ),
  })
}

async function ask(catalog: Catalog, id: string): Promise<Content | null> {
  const path = `/api/v1/content/${id}?include=episodes`
  const { status, body } = await catalog.get(path)
  if (status === 404) return null
  if (status !== 200) throw new Error(`the catalogue answered ${status} to ${path}`)
  return Content.parse(JSON.parse(body.toString()))
}

/** In the order of `items`, whichever is answered first. */
async function eachOf<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  const waiting = items.entries()
  const one = async () => {
    for (const [place, item] of waiting) results[place] = await work(item)
  }
  await Promise.all(Array.from({ length: atOnce }, one))
  return results
}
