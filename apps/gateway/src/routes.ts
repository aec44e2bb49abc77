/** The apps behind the gateway. */
export const upstreamNames = ['catalog', 'trending'] as const
export type UpstreamName = (typeof upstreamNames)[number]

/**
 * Every public path below /api and the app that answers it: the path itself and all below it. `*` is any one segment.
 * The first match wins, so the narrower stands before the wider. Which verbs and subpaths exist is the app's knowledge.
 */
const table: readonly (readonly [path: string, upstream: UpstreamName])[] = [
  ['/api/v1/content/trending', 'trending'],
  ['/api/v1/content/*/views', 'trending'],
  ['/api/v1/content', 'catalog'],
  ['/api/v1/episodes', 'catalog'],
  ['/api/v1/genres', 'catalog'],
]

/** Document 000's paths, answered by the same handlers. They match as a whole, not as a prefix. */
export const aliasTable: readonly (readonly [path: string, target: string])[] = [
  ['/api/drama/{id}', '/api/v1/content/{id}'],
  ['/api/episode/{id}', '/api/v1/episodes/{id}'],
]

const segmentsOf = (path: string): string[] => path.slice(1).split('/')
const routes = table.map(([path, upstream]) => ({ pattern: segmentsOf(path), upstream, route: `${path}/**` }))
const aliases = aliasTable.map(([path, target]) => ({
  pattern: segmentsOf(path.replace('{id}', '*')),
  target: target.replace('{id}', ''),
}))

const matches = (pattern: string[], segments: string[]): boolean =>
  segments.length >= pattern.length && pattern.every((part, i) => part === '*' || part === segments[i])

export interface Destination {
  upstream: UpstreamName
  /** The path as the app knows it. */
  path: string
  /** Its line of the table: labels metrics and log lines. */
  route: string
}

/** @param path canonical, as `readTarget` makes it. */
export function destinationOf(path: string): Destination | null {
  const segments = segmentsOf(path)
  for (const { pattern, upstream, route } of routes) {
    if (matches(pattern, segments)) return { upstream, path, route }
  }
  const alias = aliases.find(
    ({ pattern }) => pattern.length === segments.length && matches(pattern, segments),
  )
  return alias ? destinationOf(alias.target + segments.at(-1)) : null
}
