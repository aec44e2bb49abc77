/** The apps behind the gateway. */
export const upstreamNames = ['catalog', 'user-history', 'reviews', 'trending'] as const
export type UpstreamName = (typeof upstreamNames)[number]

/**
 * Every public path below /api and who answers it: the path itself and all below it. `*` is any one segment. The first match
 * wins, so the narrower stands before the wider. Which verbs and subpaths exist is the app's knowledge. What is not here is not
 * reachable, and nothing below /internal ever may be.
 */
const table: readonly (readonly [path: string, answeredBy: UpstreamName | 'gateway'])[] = [
  ['/api/v1/content/trending', 'trending'],
  ['/api/v1/content/*/views', 'trending'],
  ['/api/v1/content/*/reviews', 'reviews'],
  ['/api/v1/content/*/details', 'gateway'],
  ['/api/v1/content', 'catalog'],
  ['/api/v1/episodes', 'catalog'],
  ['/api/v1/genres', 'catalog'],
  ['/api/v1/tags', 'catalog'],
  ['/api/v1/people', 'catalog'],
  ['/api/v1/play', 'gateway'],
  ['/api/v1/progress', 'user-history'],
  ['/api/v1/continue-watching', 'user-history'],
  ['/api/v1/favorites', 'user-history'],
  ['/api/v1/watch-status', 'user-history'],
  ['/api/v1/users', 'user-history'],
]

/** Document 000's paths, answered by the same handlers. They match as a whole, not as a prefix; a `{name}` can only come last. */
export const aliasTable: readonly (readonly [path: string, target: string])[] = [
  ['/api/drama/{id}', '/api/v1/content/{id}'],
  ['/api/episode/{id}', '/api/v1/episodes/{id}'],
  ['/api/play/{episodeId}', '/api/v1/play/{episodeId}'],
  ['/api/progress', '/api/v1/progress'],
  ['/api/continue-watching', '/api/v1/continue-watching'],
]

const segmentsOf = (path: string): string[] => path.slice(1).split('/')
const routes = table.map(([path, answeredBy]) => ({
  pattern: segmentsOf(path),
  answeredBy,
  route: `${path}/**`,
}))
const named = /\{\w+\}/
const aliases = aliasTable.map(([path, target]) => ({
  pattern: segmentsOf(path.replace(named, '*')),
  target: (id: string | undefined) => target.replace(named, () => id ?? ''),
}))

const matches = (pattern: string[], segments: string[]): boolean =>
  segments.length >= pattern.length && pattern.every((part, i) => part === '*' || part === segments[i])

/** Where a request goes: to an app, or to an endpoint of the gateway's own. */
export interface Destination<By extends string = UpstreamName | 'gateway'> {
  answeredBy: By
  /** The path as whoever answers knows it. */
  path: string
  /** Its line of the table: labels metrics and log lines. */
  route: string
}

/** Narrows to what is forwarded. */
export const isForwarded = (destination: Destination): destination is Destination<UpstreamName> =>
  destination.answeredBy !== 'gateway'

/** @param path canonical, as `readTarget` makes it. */
export function destinationOf(path: string): Destination | null {
  const segments = segmentsOf(path)
  for (const { pattern, answeredBy, route } of routes) {
    if (matches(pattern, segments)) return { answeredBy, path, route }
  }
  const alias = aliases.find(
    ({ pattern }) => pattern.length === segments.length && matches(pattern, segments),
  )
  return alias ? destinationOf(alias.target(segments.at(-1))) : null
}
