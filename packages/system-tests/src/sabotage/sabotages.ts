export interface Sabotage {
  name: string
  file: string
  /** Stands exactly once in the file. */
  line: string
  broken: string
  /** The jest project and test file that must turn red. */
  project: string
  test: string
}

/** Ten lines that hold a promise up. Each is broken alone; a test that stays green then guards nothing. */
export const sabotages: Sabotage[] = [
  {
    name: 'inbox',
    file: 'packages/postgres/src/inbox.ts',
    line: 'return new Set(rows.map((row) => row.event_id))',
    broken: 'return new Set([...rows.map((row) => row.event_id), ...eventIds])',
    project: 'packages/postgres',
    test: 'inbox',
  },
  {
    name: 'outbox-transaction',
    file: 'packages/postgres/src/pool.ts',
    line: "await tx.query('BEGIN')",
    broken: "await tx.query('SELECT 1')",
    project: 'packages/postgres',
    test: 'outbox',
  },
  {
    name: 'owner-check',
    file: 'apps/trending/src/views/increment-views.ts',
    line: "if (counted.verdict !== 'unknown') return counted",
    broken: 'if (counted) return counted',
    project: 'apps/trending',
    test: 'increment-views',
  },
  {
    name: 'cursor-signature',
    file: 'packages/service-kit/src/cursor.ts',
    line: 'timingSafeEqual(raw.subarray(0, macBytes), mac(key, bytes))',
    broken: 'timingSafeEqual(mac(key, bytes), mac(key, bytes))',
    project: 'packages/service-kit',
    test: 'signed',
  },
  {
    name: 'cache-fill-guard',
    file: 'packages/cache/src/scripts.ts',
    line: "if redis.call('GET', KEYS[2]) ~= ARGV[2] then return 0 end",
    broken: '',
    project: 'packages/cache',
    test: 'cache',
  },
  {
    name: 'review-majority',
    file: 'apps/reviews/src/transaction-store.ts',
    line: "writeConcern: { w: 'majority' as const, journal: true },",
    broken: 'writeConcern: { w: 1 as const, journal: false },',
    project: 'apps/reviews',
    test: 'src/transaction',
  },
  {
    name: 'review-transaction',
    file: 'apps/reviews/src/reviews/review-store.ts',
    line: 'await reviews.insertMany([review], { session: tx, lean: true })',
    broken: 'await reviews.insertMany([review], { lean: true })',
    project: 'apps/reviews',
    test: 'post-review',
  },
  {
    name: 'foreign-page-first',
    file: 'apps/catalog/src/audience/people-store.ts',
    line: `page AS MATERIALIZED (
       SELECT id, content_id`,
    broken: `page AS NOT MATERIALIZED (
       SELECT id, content_id`,
    project: 'apps/catalog',
    test: 'src/plan',
  },
  {
    name: 'history-owner',
    file: 'apps/catalog/src/audience/list-watch-history.ts',
    line: "if (viewer.sub.toLowerCase() === userId || mayAccess(viewer, 'admin')) return",
    broken: "if (viewer.sub || mayAccess(viewer, 'admin')) return",
    project: 'apps/catalog',
    test: 'audience/audience',
  },
  {
    name: 'emails-stay',
    file: 'apps/user-history/src/replication/roles-store.ts',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of a line, not a template
    line: "return columnList ? `SELECT (${columns.join(', ')}) ON ${name}` : `SELECT ON ${name}`",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of a line, not a template
    broken: "return columnList && columns.length === 0 ? '' : `SELECT ON ${name}`",
    project: 'apps/user-history',
    test: 'replication/roles',
  },
]
