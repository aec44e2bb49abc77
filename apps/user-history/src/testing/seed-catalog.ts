import { type Content, type Episode, world } from '@marquee/contracts'
import { seededRandom, seedId } from '@marquee/seed'

type Title = Content & { episodes: Episode[] }

const dayMs = 86_400_000

/** The published titles of the named world, and invented ones; some air now, few have no episodes, few durations are unknown. */
export function seedTitles(count: number, today: Date): Title[] {
  const named = Object.values(world.contents).filter(({ status }) => status === 'published')
  return [...named.map(withEpisodes), ...Array.from({ length: count }, (_, n) => inventTitle(n, today))]
}

const withEpisodes = (content: (typeof world.contents)[keyof typeof world.contents]): Title => ({
  ...content,
  episodes: Object.values(world.episodes).filter(({ contentId }) => contentId === content.id),
})

function inventTitle(n: number, today: Date): Title {
  const random = seededRandom(n + 1)
  const id = seedId(9, n, 'title')
  const kind = random() < 0.3 ? 'movie' : 'series'
  const regular = kind === 'movie' ? 1 : 6 + Math.floor(random() * 11)
  const firstAir = +today - Math.floor(random() * 900) * dayMs
  const specials = kind === 'series' && random() < 0.2 ? 1 : 0
  const episodes = Array.from({ length: n % 20 === 19 ? 0 : regular + specials }, (_, place): Episode => {
    const special = place >= regular
    const number = special ? place - regular + 1 : place + 1
    const durationSeconds =
      random() < 0.1 ? null : kind === 'movie' ? 7000 : 2400 + Math.floor(random() * 1500)
    return {
      ...world.episodes.winterTide2,
      id: seedId(9, n, `episode ${place}`),
      contentId: id,
      seasonNumber: special ? 0 : 1,
      number,
      sortOrder: number,
      title: `Episode ${number}`,
      durationSeconds,
      creditsStartSeconds: durationSeconds !== null && random() < 0.4 ? durationSeconds - 400 : null,
      airDate: new Date(firstAir + place * 7 * dayMs).toISOString(),
    }
  })
  return { ...world.contents.winterTide, id, slug: `title-${n}`, kind, title: `Title ${n}`, episodes }
}

/** Answers ids and titles as the catalogue does, and tells what was asked. */
export function seedCatalog(titles: readonly Title[]) {
  const byId = new Map(titles.map((title) => [title.id, title]))
  const ids = [...byId.keys()]
  const asked: string[] = []
  const reply = (status: number, body: unknown) => ({
    status,
    headers: {},
    body: Buffer.from(JSON.stringify(body)),
  })
  const get = async (path: string) => {
    asked.push(path)
    const url = new URL(path, 'http://catalog')
    const name = url.pathname.replace('/api/v1/content/', '')
    if (name === 'ids') {
      const from = Number(url.searchParams.get('cursor') ?? 0)
      const next = from + 100 < ids.length ? String(from + 100) : null
      return reply(200, { items: ids.slice(from, from + 100), next })
    }
    const title = byId.get(name)
    return title ? reply(200, title) : reply(404, {})
  }
  return { get, asked }
}
