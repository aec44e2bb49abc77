import { ConfigError } from '@marquee/service-kit'

/** The foreign server and whom it lets in, as postgres_fdw and libpq name their options. */
export interface ServerOptions {
  server: Record<string, string>
  user: string
  password: string
}

/** Of these a statement waits at most so long for one host before the next is tried; the whole costs no more than 3 s. */
const connectTimeoutSeconds = 2
const statementTimeoutMs = 3000

/**
 * One server with all hosts in the order of preference: libpq takes the first that answers. A session keeps its connection
 * (keep_connections), so that a frozen first host costs it one connect_timeout and not one per statement; who brings sessions
 * back to the first host is createForeign.
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
  return {
    server: {
      host: targets.map(({ hostname }) => hostname.replace(/^\[|\]$/g, '')).join(','),
      port: targets.map(({ port }) => port || '5432').join(','),
      dbname: same('database', ({ pathname }) => pathname.slice(1)),
      ...(sslmode && { sslmode }),
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
    },
    user: same('role', ({ username }) => username),
    password: same('password', ({ password }) => password),
  }
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
