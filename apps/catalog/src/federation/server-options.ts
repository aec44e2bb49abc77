import { ConfigError } from '@marquee/service-kit'

/** The foreign servers and whom they let in, as postgres_fdw and libpq name their options. */
export interface ServerOptions {
  /** By the name of the server. */
  servers: Record<string, Record<string, string>>
  user: string
  password: string
}

/** How long libpq waits for one host before it tries the next, and how long a remote statement may take. */
const connectTimeoutSeconds = 2
const statementTimeoutMs = 3000

/**
 * One server with all hosts in the order of preference: libpq takes the first that answers. The second has them the other way
 * round, for when the first host is frozen and postgres_fdw (since PostgreSQL 16) waits for it without an end. A session keeps its
 * connection, so that a host which does not answer costs it one wait and not one per statement; createForeign brings sessions back.
 * @param urls at least one; database, role and password must be the same in all
 * @throws ConfigError that says what differs
 */
export function serverOptions(urls: string[]): ServerOptions {
  const targets = urls.map((url) => new URL(url))
  const same = (what: string, of: (url: URL) => string) => {
    const values = new Set(targets.map(of))
    if (values.size > 1)
      throw new ConfigError([`ANALYTICS_URL and REPLICA_URL: the ${what} must be the same`])
    return decodeURIComponent([...values][0] ?? '')
  }
  const sslmode = same('sslmode', ({ searchParams }) => searchParams.get('sslmode') ?? '')
  const dbname = same('database', ({ pathname }) => pathname.slice(1))
  const common = { dbname, ...(sslmode && { sslmode }), ...settings }
  return {
    servers: {
      analytics: { ...addresses(targets), ...common },
      analytics_fallback: { ...addresses(targets.toReversed()), ...common },
    },
    user: same('role', ({ username }) => username),
    password: same('password', ({ password }) => password),
  }
}

const addresses = (targets: URL[]) => ({
  host: targets.map(({ hostname }) => hostname.replace(/^\[|\]$/g, '')).join(','),
  port: targets.map(({ port }) => port || '5432').join(','),
})

const settings = {
  application_name: 'catalog-federation',
  connect_timeout: String(connectTimeoutSeconds),
  options: `-c statement_timeout=${statementTimeoutMs}`,
  // A machine that vanished; one whose processes are frozen still acknowledges, and only deadlines help.
  tcp_user_timeout: '3000',
  keepalives_idle: '2',
  keepalives_interval: '1',
  keepalives_count: '2',
  keep_connections: 'on',
  fetch_size: '1000',
  use_remote_estimate: 'true',
}

/** What ALTER SERVER has to do, null when there is nothing to do. */
export function changesOf(
  present: Record<string, string>,
  wanted: Record<string, string>,
): { does: 'ADD' | 'SET' | 'DROP'; name: string; value?: string }[] {
  const gone = Object.keys(present).filter((name) => !(name in wanted))
  const changed = Object.entries(wanted).filter(([name, value]) => present[name] !== value)
  return [
    ...gone.map((name) => ({ does: 'DROP' as const, name })),
    ...changed.map(([name, value]) => ({
      does: name in present ? ('SET' as const) : ('ADD' as const),
      name,
      value,
    })),
  ]
}
