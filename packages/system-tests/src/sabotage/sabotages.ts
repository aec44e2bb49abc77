/** A line that holds a promise up. */
export interface Edit {
  file: string
  /** Stands exactly once in the file. */
  line: string
  broken: string
}

export interface Sabotage extends Edit {
  name: string
  /** What guards the same promise a second time, and is broken with it. */
  also?: Edit[]
  guard: UnitTest | Fault
}

/** The jest project and test file that must turn red. */
export interface UnitTest {
  project: string
  test: string
}

/** The case of the fault suite whose checker must find a difference. */
export interface Fault {
  faults: string
  /** Chooses, where the short form of the case breaks one of many things, the one that matters here. */
  seed: number
}

/** Each is broken alone; a test, or a checker, that stays green then guards nothing. */
export const sabotages: Sabotage[] = [
  {
    name: 'inbox',
    file: 'packages/postgres/src/inbox.ts',
    line: 'return new Set(rows.map((row) => row.event_id))',
    broken: 'return new Set([...rows.map((row) => row.event_id), ...eventIds])',
    guard: { project: 'packages/postgres', test: 'inbox' },
  },
  {
    name: 'outbox-transaction',
    file: 'packages/postgres/src/pool.ts',
    line: "await tx.query('BEGIN')",
    broken: "await tx.query('SELECT 1')",
    guard: { project: 'packages/postgres', test: 'outbox' },
  },
  {
    name: 'owner-check',
    file: 'apps/trending/src/views/increment-views.ts',
    line: "if (counted.verdict !== 'unknown') return counted",
    broken: 'if (counted) return counted',
    guard: { project: 'apps/trending', test: 'increment-views' },
  },
  {
    name: 'cursor-signature',
    file: 'packages/service-kit/src/cursor.ts',
    line: 'timingSafeEqual(raw.subarray(0, macBytes), mac(key, bytes))',
    broken: 'timingSafeEqual(mac(key, bytes), mac(key, bytes))',
    guard: { project: 'packages/service-kit', test: 'signed' },
  },
  {
    name: 'cache-fill-guard',
    file: 'packages/cache/src/scripts.ts',
    line: "if redis.call('GET', KEYS[2]) ~= ARGV[2] then return 0 end",
    broken: '',
    guard: { project: 'packages/cache', test: 'cache' },
  },
  {
    name: 'review-majority',
    file: 'apps/reviews/src/transaction-store.ts',
    line: "writeConcern: { w: 'majority' as const, journal: true },",
    broken: 'writeConcern: { w: 1 as const, journal: false },',
    guard: { project: 'apps/reviews', test: 'src/transaction' },
  },
  {
    name: 'review-transaction',
    file: 'apps/reviews/src/reviews/review-store.ts',
    line: 'await reviews.insertMany([review], { session: tx, lean: true })',
    broken: 'await reviews.insertMany([review], { lean: true })',
    guard: { project: 'apps/reviews', test: 'post-review' },
  },
  {
    name: 'foreign-page-first',
    file: 'apps/catalog/src/audience/people-store.ts',
    line: `page AS MATERIALIZED (
       SELECT id, content_id`,
    broken: `page AS NOT MATERIALIZED (
       SELECT id, content_id`,
    guard: { project: 'apps/catalog', test: 'src/plan' },
  },
  {
    name: 'history-owner',
    file: 'apps/catalog/src/audience/list-watch-history.ts',
    line: "if (viewer.sub.toLowerCase() === userId || mayAccess(viewer, 'admin')) return",
    broken: "if (viewer.sub || mayAccess(viewer, 'admin')) return",
    guard: { project: 'apps/catalog', test: 'audience/audience' },
  },
  {
    name: 'emails-stay',
    file: 'apps/user-history/src/replication/roles-store.ts',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of a line, not a template
    line: "return columnList ? `SELECT (${columns.join(', ')}) ON ${name}` : `SELECT ON ${name}`",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of a line, not a template
    broken: "return columnList && columns.length === 0 ? '' : `SELECT ON ${name}`",
    guard: { project: 'apps/user-history', test: 'replication/roles' },
  },
  {
    name: 'ninety-percent',
    file: 'apps/user-history/src/progress/report-rules.ts',
    line: "if (10 * position > 9 * duration) return 'ninety_percent'",
    broken: "if (10 * position >= 9 * duration) return 'ninety_percent'",
    guard: { project: 'apps/user-history', test: 'continue-rules' },
  },
  {
    name: 'short-titles',
    file: 'apps/user-history/src/progress/report-rules.ts',
    line: "if (duration >= shortTitleSeconds && duration - position <= creditsTailSeconds) return 'ten_seconds_left'",
    broken: "if (duration - position <= creditsTailSeconds) return 'ten_seconds_left'",
    guard: { project: 'apps/user-history', test: 'continue-rules' },
  },
  {
    name: 'weak-positions',
    file: 'apps/user-history/src/continue-watching/title-rules.ts',
    line: 'completed || position >= weakUnder',
    broken: 'completed || position >= 0',
    guard: { project: 'apps/user-history', test: 'continue-rules' },
  },
  {
    name: 'specials',
    file: 'apps/user-history/src/continue-watching/continue-rules.ts',
    line: 'regular: ordered.filter((episode) => !isSpecial(episode)),',
    broken: 'regular: ordered,',
    guard: { project: 'apps/user-history', test: 'continue-rules' },
  },
  {
    name: 'runs',
    file: 'apps/user-history/src/continue-watching/title-rules.ts',
    line: 'new Map(episodes.filter((state) => state.run === run).map((state) => [state.episodeId, state]))',
    broken: 'new Map(episodes.filter((state) => state.run <= run).map((state) => [state.episodeId, state]))',
    guard: { project: 'apps/user-history', test: 'continue-rules' },
  },
  {
    name: 'entitled-next',
    file: 'apps/user-history/src/continue-watching/continue-rules.ts',
    line: 'return allowed ? null : reason',
    broken: "return allowed || reason === 'vip_only' ? null : reason",
    guard: { project: 'apps/user-history', test: 'continue-rules' },
  },
  {
    name: 'dismissal',
    file: 'apps/user-history/src/continue-watching/continue-rules.ts',
    line: 'if (dismissedAt === null || lastAt! > dismissedAt) return false',
    broken: 'if (dismissedAt === null || lastAt! <= dismissedAt) return false',
    guard: { project: 'apps/user-history', test: 'continue-rules' },
  },
  {
    name: 'inbox-under-faults',
    file: 'packages/postgres/src/inbox.ts',
    line: 'return new Set(rows.map((row) => row.event_id))',
    broken: 'return new Set([...rows.map((row) => row.event_id), ...eventIds])',
    guard: { faults: 'F06', seed: 2 },
  },
  {
    name: 'mark-before-send',
    file: 'packages/events/src/relay.ts',
    line: 'if (!(await untilConfirmed(part.records, part.messages, claimedAt))) return',
    broken: `await outbox.markPublished(part.records)
      if (!(await untilConfirmed(part.records, part.messages, claimedAt))) return`,
    guard: { faults: 'F05', seed: 1 },
  },
  {
    name: 'count-without-dedupe',
    file: 'apps/trending/src/views/count-view.lua',
    line: "local kept = redis.call('GET', key)",
    broken: 'local kept = false',
    guard: { faults: 'K02', seed: 1 },
  },
  {
    name: 'epoch-check',
    file: 'apps/trending/src/outbox/outbox-store.ts',
    line: 'renew: async () => lease.token() === claimedBy,',
    broken: 'renew: async () => true,',
    also: [
      {
        file: 'apps/trending/src/leader/guard.lua',
        line: "if redis.call('GET', KEYS[1] .. ':lease') ~= ARGV[1] then return redis.error_reply('LEASE held by another') end",
        broken: '',
      },
    ],
    guard: { faults: 'L01', seed: 6 },
  },
]
