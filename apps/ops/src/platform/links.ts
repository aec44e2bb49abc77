import type { Engines } from '@marquee/engines'
import { exitCodes, OpsError } from '../problem.js'
import type { AppName } from './app-specs.js'
import { type Instances, mapApps, originAt } from './instances.js'

/**
 * Ways that a test stands in: process name to port of this machine. Whoever uses the process goes through that port; the supervisor
 * goes straight to it.
 */
export type Links = Readonly<Record<string, number>>

/** The engines that are used by their URL, by the names of their processes. Workers are used by their coordinator alone. */
const engineOf = {
  'postgres-catalog': 'catalog',
  'postgres-analytics': 'analytics',
  'postgres-replica': 'replica',
  mongodb: 'reviews',
  'redis-cache': 'cache',
  'redis-counters': 'counters',
  kafka: 'kafka',
} as const satisfies Record<string, keyof Engines['urls']>

/** @throws OpsError (usage) when a link is to what nothing of ours uses: it would be a fault without effect. */
export function checkLinks(links: Links, instances: Instances): void {
  const used = [...Object.keys(engineOf), ...appProcesses(instances)]
  const strays = Object.keys(links).filter((name) => !used.includes(name))
  if (strays.length === 0) return
  throw new OpsError(`MARQUEE_FAULT_LINKS: there is nothing that goes to ${strays.join(', ')}.`, {
    advice: `A link can be to ${used.join(', ')}.`,
    exitCode: exitCodes.usage,
  })
}

// What asks a gateway is outside.
const appProcesses = ({ gateway: _outside, ...behind }: Instances) =>
  Object.values(behind).flatMap((each) => each.map(({ name }) => name))

/** Where the apps find the engines. */
export function linkedUrls(urls: Engines['urls'], links: Links): Engines['urls'] {
  const linked = { ...urls }
  for (const [name, engine] of Object.entries(engineOf)) {
    const port = links[name]
    if (port !== undefined) linked[engine] = through(urls[engine], port)
  }
  return linked
}

function through(url: string, port: number): string {
  // Brokers are no URL; where clients go on from there is what the broker advertises.
  if (!url.includes('://')) return `127.0.0.1:${port}`
  const linked = new URL(url)
  linked.host = `127.0.0.1:${port}`
  // A client that looks for the members of a set would find the server itself, past the link.
  if (linked.protocol === 'mongodb:') linked.searchParams.set('directConnection', 'true')
  return linked.href
}

/** Where the apps find each other. */
export const linkedOrigins = (instances: Instances, links: Links): Record<AppName, string[]> =>
  mapApps((app) => instances[app].map(({ name, port }) => originAt(links[name] ?? port)))
