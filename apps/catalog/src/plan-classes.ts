/**
 * What plan each named statement of this app must have, with values to plan it by.
 * - `one-task`: everything of one title (or one slug): a router query, one task on Citus.
 * - `projection`: content_listing and episode_listing alone, of which the coordinator has a copy.
 * - `reference`: genres, tags or persons alone, reference tables too.
 * - `foreign`: one page of each foreign table, taken there (filter, order, limit), and nothing beside it but projections.
 * - `every-shard`: of a consumer, a job, or another app's copy of everything; of no caller's request but the edit of a person, which
 *   writes on every node anyway.
 * - `local`: outbox, inbox, leases, idempotency keys: on the coordinator.
 * - `no-table`: asks the server alone.
 * - `bulk`: of the command line (seed, import, reconcile, rebuild), free to ask as it likes.
 */
export type PlanClass =
  | 'one-task'
  | 'projection'
  | 'reference'
  | 'foreign'
  | 'every-shard'
  | 'local'
  | 'no-table'
  | 'bulk'

export interface PlanEntry {
  class: PlanClass
  /** Left out where the statement belongs to a package or a command and is not planned by the test. */
  values?: unknown[]
}

const id = '01920000-0000-7000-8000-000000000001'
const mina = '01920003-0000-7000-8000-000000000001'
const genre = '01920001-0000-7000-8000-000000000001'
const time = new Date('2026-01-01T00:00:00Z')

const title = [
  id,
  'slug',
  'movie',
  'title',
  'en',
  null,
  null,
  null,
  null,
  null,
  2020,
  'thai',
  'th',
  null,
  'draft',
  null,
]
const titleEnd = [null, 1, false, null, 2, time, time]
const episode = [id, id, 1, 1, 1.5, 'title', null, 60, 50, false, time, null, 'draft', 2, true]
const listed = [id, 'slug', 'movie', 'title', null, null, 2020, 'thai', 'draft', null, false, time, [genre]]

const listBy = (key: unknown): PlanEntry => ({
  class: 'projection',
  values: ['published', 'movie', 'thai', genre, genre, 2000, 2030, 7.5, true, key, id, 21],
})
const entries = (planClass: PlanClass, ...names: string[]): Record<string, PlanEntry> =>
  Object.fromEntries(names.map((name) => [name, { class: planClass }]))

export const planClasses: Record<string, PlanEntry> = {
  'content.read': { class: 'one-task', values: [id, ['ja', 'ko']] },
  'content.read-parts': {
    class: 'one-task',
    values: [id, ['ja', 'ko'], ['episodes', 'translations', 'externalIds', 'credits', 'tags'], true],
  },
  'content.lock': { class: 'one-task', values: [id] },
  'content.insert': { class: 'one-task', values: [...title, ...titleEnd] },
  'content.update': { class: 'one-task', values: [...title, ...titleEnd] },
  'content.genres': { class: 'one-task', values: [id] },
  'content.clear-genres': { class: 'one-task', values: [id] },
  'content.add-genre': { class: 'one-task', values: [id, genre, 0] },
  'content.make-stats': { class: 'one-task', values: [id] },
  'slugs.claim': { class: 'one-task', values: ['slug', id] },
  'slugs.free': { class: 'one-task', values: ['slug'] },
  'content.tags': { class: 'one-task', values: [id] },
  'content.clear-tags': { class: 'one-task', values: [id] },
  'content.add-tag': { class: 'one-task', values: [id, genre] },
  'credits.list': { class: 'one-task', values: [id, 'cast', true, 0, id, 21] },
  'cast.clear': { class: 'one-task', values: [id] },
  'cast.add': { class: 'one-task', values: [id, id, id, 'role', true, 0] },
  'crew.clear': { class: 'one-task', values: [id] },
  'crew.add': { class: 'one-task', values: [id, id, id, 'role', null, 0] },
  'play.read': { class: 'one-task', values: [id, id] },
  'sources.list': { class: 'one-task', values: [id, id] },
  'sources.add': {
    class: 'one-task',
    values: [id, id, id, 'local', 'HD_720p', 'https://a.example/', null, null],
  },
  'sources.remove': { class: 'one-task', values: [id, id, id] },
  'subtitles.list': { class: 'one-task', values: [id, id] },
  'subtitles.add': { class: 'one-task', values: [id, id, id, 'ko', 'https://a.example/'] },
  'subtitles.remove': { class: 'one-task', values: [id, id, id] },
  'subtitles.clear-default': { class: 'one-task', values: [id, id] },
  'subtitles.make-default': { class: 'one-task', values: [id, id, id] },
  'episodes.lock': { class: 'one-task', values: [id, id] },
  'episodes.count': { class: 'one-task', values: [id] },
  'seasons.make': { class: 'one-task', values: [id, 1] },
  'episodes.insert': { class: 'one-task', values: episode },
  'episodes.update': { class: 'one-task', values: episode },

  'listing.put': { class: 'projection', values: listed },
  'listing.by-newest': listBy(time),
  'listing.by-oldest': listBy(time),
  'listing.by-title': listBy('a'),
  'listing.by-year': listBy(2020),
  'listing.by-rating': listBy(7.5),
  'listing.by-popularity': listBy(1.5),
  'listing.by-views': listBy(100),
  'listing.ids': { class: 'projection', values: [time, id, 21] },
  'listing.by-ids': { class: 'projection', values: [[id], 'published'] },
  'listing.find': { class: 'projection', values: [id] },
  'listing.find-by-slug': { class: 'projection', values: ['slug'] },
  'listing.tags': { class: 'projection', values: [id, [genre]] },
  'listing.due': { class: 'projection', values: [100] },
  'listing.mean-rating': { class: 'projection', values: [] },
  'listing.rescore': { class: 'projection', values: [7] },
  'listing.refresh': { class: 'projection', values: [[id], [1], [1.5], [7.5], [1], 7] },
  'episode-listing.put': { class: 'projection', values: episode },
  'episode-listing.read': { class: 'projection', values: [id] },
  'episode-listing.list': { class: 'projection', values: [id, false, 1, 1.5, id, 21] },
  'episode-listing.ids': { class: 'projection', values: [id] },
  'episode-listing.content-of': { class: 'projection', values: [id] },
  'episode-listing.due': { class: 'projection', values: [100] },
  'episode-listing.airing': { class: 'projection', values: [100] },
  ping: { class: 'projection', values: [] },

  'genres.by-id': { class: 'reference', values: [[genre]] },
  'genres.list': { class: 'reference', values: ['a', genre, 21] },
  'genres.insert': { class: 'reference', values: [genre, 'Genre'] },
  'tags.known': { class: 'reference', values: [[genre]] },
  'tags.list': { class: 'reference', values: ['a', genre, 21] },
  'tags.insert': { class: 'reference', values: [genre, 'Tag'] },
  'persons.read': { class: 'reference', values: [id] },
  'persons.list': { class: 'reference', values: ['a', 'a', id, 21] },
  'persons.known': { class: 'reference', values: [[id]] },
  'persons.insert': { class: 'reference', values: [id, 'Name', null, null, null, '1990-04-12', 'KR'] },
  'persons.update': { class: 'reference', values: [id, 1, 'Name', null, null, null, null, null] },
  'persons.remove': { class: 'reference', values: [id, 1] },

  'analytics.state': { class: 'foreign', values: [] },
  'audience.read': { class: 'foreign', values: [id] },
  'users.ids': { class: 'foreign', values: ['infinity', id, 21] },
  'watch-history.page': { class: 'foreign', values: [mina, 'infinity', id, 21] },

  'stats.apply': { class: 'every-shard', values: [[id], [1], [1.5], [1]] },
  'stats.apply-ratings': { class: 'every-shard', values: [[id], [15], [2], [1]] },
  'copies.titles': { class: 'every-shard', values: [id, 501] },
  'copies.episodes': { class: 'projection', values: [id, 501] },
  'persons.titles': { class: 'every-shard', values: [id] },
  'stats.changed': { class: 'every-shard', values: [time, id, 1000] },
  'time.now': { class: 'no-table', values: [] },
  'citus.installed': { class: 'no-table' },
  'outbox.notify': { class: 'no-table' },
  'idempotency.lock': { class: 'no-table' },

  ...entries(
    'local',
    'outbox.write',
    'outbox.claim',
    'outbox.read',
    'outbox.renew',
    'outbox.mark',
    'outbox.depth',
    'outbox.age',
    'outbox.prune',
    'inbox.keep',
    'inbox.prune',
    'idempotency.find',
    'idempotency.keep',
    'idempotency.prune',
    'lease.acquire',
    'lease.renew',
    'lease.release',
    'lease.guard',
  ),
  ...entries(
    'bulk',
    'bulk.add-stats',
    'bulk.taken-slugs',
    'federation.expect',
    'federation.lend',
    'federation.lock',
    'federation.map',
    'federation.read',
    'seed.add-genre',
    'seed.add-person',
    'seed.existing-titles',
    'seed.read-genres',
    'import.abandon-run',
    'import.begin-run',
    'import.count-identities',
    'import.find-identities',
    'import.finish-run',
    'import.lock-run',
    'import.named-genres',
    'import.named-persons',
    'import.named-tags',
    'import.put-external-id',
    'import.put-names',
    'import.read-external-ids',
    'import.read-genres',
    'import.read-names',
    'import.read-titles',
    'import.remember-fields',
    'import.remove-external-id',
    'import.remove-names',
    'import.running',
    'import.save-run',
    'import.update-listing',
    'migrate.airing',
    'migrate.rating-sums',
    'projections.count-episodes',
    'projections.count-titles',
    'projections.drop-old',
    'projections.end-turn',
    'projections.episodes-differing',
    'projections.episodes-kept',
    'projections.episodes-made',
    'projections.episodes-since',
    'projections.figures-move',
    'projections.fill-episodes',
    'projections.fill-titles',
    'projections.forget-episodes',
    'projections.forget-titles',
    'projections.indexes',
    'projections.lock-out',
    'projections.now',
    'projections.page-end',
    'projections.read-episodes',
    'projections.read-titles',
    'projections.shape',
    'projections.take-turn',
    'projections.these-episodes-differing',
    'projections.these-episodes-kept',
    'projections.these-episodes-made',
    'projections.these-titles-differing',
    'projections.these-titles-kept',
    'projections.these-titles-made',
    'projections.titles-differing',
    'projections.titles-kept',
    'projections.titles-made',
    'projections.titles-since',
    'projections.whole-episodes-kept',
    'projections.whole-episodes-made',
    'projections.whole-titles-kept',
    'projections.whole-titles-made',
    'reconcile.episode-versions',
    'reconcile.holders',
    'reconcile.pending',
    'reconcile.slugs',
    'reconcile.slugs-by-id',
    'reconcile.slugs-held',
    'reconcile.slugs-of-titles',
    'reconcile.stats',
    'reconcile.title-versions',
    'trace.episodes',
    'trace.inbox',
    'trace.outbox',
    'trace.stats',
    'trace.titles',
  ),
}
