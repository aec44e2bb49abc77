/**
 * Every limit of the platform: page sizes, lifetimes, thresholds, rates. The headers, the checks and the docs are made from this
 * table. `MARQUEE_LIMIT_<NAME IN UPPER SNAKE CASE>` overrides a value, e.g. MARQUEE_LIMIT_RATE_PER_SECOND=1000.
 */
export const defaultLimits = {
  /** Items of a page when `limit` is not given, and the most one may ask for. */
  pageDefault: 20,
  pageMax: 100,
  /** Bytes of a request body; time from its first byte to its last. */
  bodyBytes: 1_048_576,
  bodyTimeoutMs: 10_000,
  /** Nesting of a JSON body. */
  bodyDepth: 64,
  /** Bytes of all request headers together, and of a bearer token. */
  headerBytes: 16_384,
  tokenBytes: 8_192,
  /** Requests of one principal (else address): sustained, and as a burst. */
  ratePerSecond: 100,
  rateBurst: 200,
  /** The gateway's wait for an app, an app's wait for a store. Smaller inside than outside. */
  upstreamTimeoutMs: 10_000,
  storeTimeoutMs: 5_000,
  askOwnerTimeoutMs: 2_000,
  /** How long the answer to an Idempotency-Key is kept; ids that the server made itself. */
  idempotencyKeyTtlMs: 86_400_000,
  serverEventIdTtlMs: 300_000,
  /** A viewer counts once per title in this time for the ranking, and an address is at most this many viewers. */
  rankingViewerTtlMs: 1_800_000,
  viewersPerAddress: 20,
  /** Composed answers: everything is there, stale or missing by then; how many reviews they show. */
  detailsDeadlineMs: 1_500,
  detailsReviews: 5,
  /** What one of them takes of the rate limit: it is up to five calls. */
  detailsCost: 3,
  /** How long the signed address of a video or of subtitles is good for. */
  playUrlTtlMs: 14_400_000,
  /** How long a last good part is kept for when its service is down. */
  lastGoodTtlMs: 86_400_000,
  /** Foreign tables: the wait for an analytics server, dead or frozen. */
  foreignTimeoutMs: 3_000,
  /** Progress: a report may be ahead of the server's clock by so much; a session without reports for so long is over. */
  reportAheadMs: 300_000,
  sessionIdleMs: 1_800_000,
  sessionSweepEveryMs: 60_000,
  autoNextCountdownSeconds: 5,
  /** Reports that are handed in at once. */
  progressBatchMax: 500,
  /** So many bytes of a batch, about five reports, take one further request of the rate limit. */
  batchBytesPerRequest: 1_000,
  /** How often the heartbeat that tells a copy's age is written. */
  heartbeatEveryMs: 1_000,
  /** Trending: how often lists are prepared, and how many titles of a list are kept. */
  trendingEveryMs: 1_500,
  trendingLength: 100,
  /** How often changed totals are told to the catalogue, and sort columns copied into the listing. */
  statsEveryMs: 5_000,
  listingRefreshEveryMs: 60_000,
  /** Cache lifetimes. */
  contentTtlMs: 300_000,
  episodeTtlMs: 1_800_000,
  /** `Cache-Control` of public catalogue answers, in seconds. */
  publicMaxAgeSeconds: 30,
  publicStaleSeconds: 60,
  /** Lease of a leader: a dead or frozen one is replaced after this. */
  leaseTtlMs: 6_000,
} as const

export type Limits = { -readonly [K in keyof typeof defaultLimits]: number }

const variable = (name: string) => `MARQUEE_LIMIT_${name.replace(/[A-Z]/g, (c) => `_${c}`).toUpperCase()}`

/** @throws Error that lists every override which is not a positive integer. */
export function readLimits(env: Record<string, string | undefined>): Limits {
  const limits: Limits = { ...defaultLimits }
  const wrong: string[] = []
  for (const name of Object.keys(defaultLimits) as (keyof Limits)[]) {
    const text = env[variable(name)]
    if (text === undefined) continue
    if (/^[1-9]\d{0,11}$/.test(text)) limits[name] = Number(text)
    else wrong.push(`${variable(name)} must be a positive integer, not "${text}"`)
  }
  if (wrong.length > 0) throw new Error(wrong.join('\n'))
  return limits
}
