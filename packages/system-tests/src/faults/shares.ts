import { appInstances, type Sample, scrape } from './metrics.js'

const everyMs = 1_000
/** What the runner and the supervisor ask is no request of a client. */
const ofMachines = /^\/(metrics|health)/

/** Requests served by each instance while it runs: asked each second, as a process that is killed takes its count along. */
export function watchShares() {
  const tally = createTally()
  const look = async () => {
    await Promise.all(
      appInstances().map(async (instance) => {
        const samples = await scrape(instance).catch(() => undefined)
        if (samples) tally.take(instance, requests(samples))
      }),
    )
  }
  let looking = Promise.resolve()
  const timer = setInterval(() => {
    looking = looking.then(look)
  }, everyMs)
  return {
    begun: look(),
    /** Of each app the part of its requests, 0 to 1, that each of its instances served. */
    async stop(): Promise<Shares> {
      clearInterval(timer)
      await looking
      await look()
      return tally.shares()
    },
  }
}

/** Adds up counters that begin anew with their process. The first look at one is where it begins. */
export function createTally() {
  const served = new Map<string, number>()
  const last = new Map<string, number>()
  return {
    take(instance: string, now: number): void {
      const before = last.get(instance) ?? now
      last.set(instance, now)
      served.set(instance, (served.get(instance) ?? 0) + (now < before ? now : now - before))
    },
    shares: () => sharesOf(served),
  }
}

export type Shares = Record<string, Record<string, number>>

const requests = (samples: Sample[]) =>
  samples
    .filter(({ name, labels }) => name === 'marquee_http_requests_total' && !ofMachines.test(labels.route!))
    .reduce((total, { value }) => total + value, 0)

function sharesOf(served: Map<string, number>): Shares {
  const totals = new Map<string, number>()
  const appOf = (instance: string) => instance.split('#')[0]!
  for (const [instance, count] of served)
    totals.set(appOf(instance), (totals.get(appOf(instance)) ?? 0) + count)
  const shares: Shares = {}
  for (const [instance, count] of served) {
    const app = appOf(instance)
    shares[app] = { ...shares[app], [instance]: count / Math.max(1, totals.get(app)!) }
  }
  return shares
}

/** The least part that an instance of each app served. */
export const smallest = (shares: Shares): Record<string, number> =>
  Object.fromEntries(Object.entries(shares).map(([app, parts]) => [app, Math.min(...Object.values(parts))]))
