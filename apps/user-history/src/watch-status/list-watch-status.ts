import { Uuid, WatchStatus, type WatchStatusItem, WatchStatusList, z } from '@marquee/contracts'
import type { Db } from '@marquee/postgres'
import { endpoint, json } from '@marquee/service-kit'
import type { UserHistory } from '../context.js'
import { readTitles, type WatchedTitle } from '../continue-watching/watching-store.js'
import { nextPage, own, type PageOf, type Place, pageQuery, placeOf } from '../pages.js'
import { userOf } from '../users/user-of.js'
import { presentStatus } from './present-status.js'
import { readPlaces } from './status-store.js'

const path = '/api/v1/watch-status'
/** So many titles are looked at for a page; where few of them are wanted it is shorter, and goes on. */
const mostLookedAt = 300

export const listWatchStatus = ({ primary, cursorKey, clock }: UserHistory) =>
  endpoint({
    method: 'GET',
    path,
    operationId: 'listWatchStatus',
    summary: 'How the viewer stands to titles',
    description:
      'Titles that he watched or set a status of, what was last first. A page filtered by `status` can be shorter than `limit` and still ' +
      'have a next one. A title that was taken down is left out until it is back.',
    tag: 'Lists',
    access: 'viewer',
    query: z.object({
      ...pageQuery,
      status: WatchStatus.optional().describe('Only these'),
      contentId: Uuid.optional().describe('This title alone'),
    }),
    responses: {
      200: {
        description: 'A page of titles',
        schema: WatchStatusList,
        headers: { Link: 'The next page, if there is one' },
      },
    },
    problems: ['forbidden', 'unavailable'],
    async handle({ query: { limit, cursor, status, contentId }, viewer }) {
      const userId = userOf(viewer)
      const list: PageOf = { key: cursorKey, path, userId, filters: { status, contentId } }
      const now = await clock.now()
      const wanted = (title: WatchedTitle) => itemsOf(title, now, status)
      const below = placeOf(list, cursor)
      const found = contentId
        ? { items: (await readTitles(primary, userId, [contentId])).flatMap(wanted), last: null }
        : await findPage(primary, { userId, below, limit }, wanted)
      const more = found.last && nextPage(list, limit, found.last)
      const body = { items: found.items, next: more?.next ?? null }
      return json(200, body, { ...own, ...(more && { link: more.link }) })
    },
  })

/** None for a title that nobody may see, of which nothing was watched or said, or of another status. */
function itemsOf(title: WatchedTitle, now: number, status: WatchStatus | undefined): WatchStatusItem[] {
  if (title.title?.status !== 'published') return []
  const item = presentStatus(title.title, title, now)
  const isThere = item.rule !== 'not_watched' && (status === undefined || item.status === status)
  return isThere ? [item] : []
}

/** `last`: where the next page begins; null on the last one. */
async function findPage(
  db: Db,
  { userId, below, limit }: { userId: string; below: Place | null; limit: number },
  wanted: (title: WatchedTitle) => WatchStatusItem[],
): Promise<{ items: WatchStatusItem[]; last: Place | null }> {
  const items: WatchStatusItem[] = []
  let from = below
  for (let lookedAt = 0; lookedAt < mostLookedAt; ) {
    const places = await readPlaces(db, userId, from, limit + 1)
    const titles = await readTitles(
      db,
      userId,
      places.map(({ contentId }) => contentId),
    )
    const byId = new Map(titles.map((title) => [title.contentId, title]))
    for (const place of places) {
      const found = wanted(byId.get(place.contentId)!)
      if (found.length > 0 && items.length === limit) return { items, last: from }
      items.push(...found)
      from = place
    }
    if (places.length <= limit) return { items, last: null }
    lookedAt += places.length
  }
  return { items, last: from }
}
