import { Content, type ContentSummary } from '@marquee/contracts'
import { type Db, query, sql } from '@marquee/postgres'
import { ApiError, askOwner } from '@marquee/service-kit'
import type { UserHistory } from '../context.js'
import { episodeCopy, titleCopy } from './copies.js'
import { keepCopies } from './copies-store.js'

/** What lists show of a title, `t` with its rating `r`; arguments of json_build_object. */
export const summaryFields = (t: string, r: string) =>
  `'id', ${t}.id, 'slug', ${t}.slug, 'kind', ${t}.kind, 'title', ${t}.title, 'posterUrl', ${t}.poster_url, 'year', ${t}.year,
    'origin', ${t}.origin, 'rating', ${r}.average, 'isVip', ${t}.is_vip`
export const summaryJson = (t: string, r: string) => `json_build_object(${summaryFields(t, r)})`

const read = sql(
  'titles.published',
  `SELECT ${summaryJson('t', 'r')} AS title FROM content_titles AS t LEFT JOIN content_ratings AS r ON r.content_id = t.id
   WHERE t.id = $1 AND t.status = 'published'`,
)

export const statements = { read }

async function readPublished(db: Db, id: string): Promise<ContentSummary | null> {
  const [row] = await query<{ title: ContentSummary }>(db, read, [id])
  return row?.title ?? null
}

/**
 * Finds a published title by its id. One that the copy here does not know, or believes unpublished, is asked of the catalogue, whose word
 * alone is a 404. @throws ApiError content_not_found; unavailable when the catalogue would have to be asked and does not answer
 */
export function createFindTitle({ primary, catalog }: Pick<UserHistory, 'primary' | 'catalog'>) {
  const ask = askOwner({
    owner: catalog,
    name: 'The catalogue',
    path: (id) => `/api/v1/content/${id}?include=episodes`,
    schema: Content,
    keep: ({ episodes = [], ...title }) =>
      keepCopies(primary, {
        titles: [titleCopy(title, title.version)],
        episodes: episodes.map((episode) => episodeCopy(episode, episode.version)),
      }),
    notFound: noTitle,
  })
  return async (id: string): Promise<ContentSummary> => {
    const known = await readPublished(primary, id)
    if (known) return known
    await ask(id)
    const learnt = await readPublished(primary, id)
    if (!learnt) throw noTitle()
    return learnt
  }
}

const noTitle = () => new ApiError('content_not_found', 'There is no published title with this id.')
