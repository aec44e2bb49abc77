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

/** Five lines that hold a promise up. Each is broken alone; a test that stays green then guards nothing. */
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
]
