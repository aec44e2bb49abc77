import { Client } from 'undici'

/** Says that a request is a look: who looks hears of a stop before the port closes. */
export const lookHeader = 'x-marquee-look'

const lookEveryMs = 500
/** With the pause before it, a frozen instance is known in 1.5 s. */
const patienceMs = 1000

export interface Instance {
  origin: string
  /** It answered when it was last looked at, is not about to stop, and has refused no connection since. */
  well: boolean
}

/** The instances of one app, and how they are. Several callers of one process may share this. */
export interface Instances {
  all: readonly Instance[]
  /** This one has refused a connection. */
  refused(instance: Instance): void
  /** Something is odd about this one: looks at once. */
  doubt(instance: Instance): void
  close(): Promise<void>
}

export interface WatchOptions {
  /** Told when an instance is left out, and when it is back. */
  onChange?(instance: Instance): void
}

/**
 * Asks each instance twice a second whether it lives. Whether its stores do is no question here: those are the same for all of them.
 * A single instance is not looked at, as there is no other to turn to: it counts as well.
 */
export function watchInstances(origins: readonly string[], { onChange }: WatchOptions = {}): Instances {
  const all = origins.map((origin): Instance => ({ origin, well: true }))
  if (all.length < 2) return { all, refused: nothing, doubt: nothing, close: async () => undefined }

  const set = (instance: Instance, well: boolean) => {
    if (instance.well === well) return
    instance.well = well
    onChange?.(instance)
  }
  const lookers = new Map(all.map((instance) => [instance, startLooking(instance, set)]))
  const doubt = (instance: Instance) => void lookers.get(instance)?.look()
  return {
    all,
    refused(instance) {
      set(instance, false)
      doubt(instance)
    },
    doubt,
    close: async () => void (await Promise.all([...lookers.values()].map(({ stop }) => stop()))),
  }
}

const nothing = () => undefined

function startLooking(instance: Instance, set: (instance: Instance, well: boolean) => void) {
  const client = new Client(instance.origin, { connect: { timeout: patienceMs } })
  let looking = false
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  const look = async () => {
    if (looking || stopped) return
    looking = true
    clearTimeout(timer)
    const well = await looksWell(client)
    looking = false
    if (stopped) return
    set(instance, well)
    timer = setTimeout(() => void look(), lookEveryMs).unref()
  }
  void look()
  return {
    look,
    stop() {
      stopped = true
      clearTimeout(timer)
      return client.destroy()
    },
  }
}

/** Who is about to stop answers too, and ends the connection with it. */
async function looksWell(client: Client): Promise<boolean> {
  const signal = AbortSignal.timeout(patienceMs)
  const ask = { method: 'GET', path: '/health/live', headers: { [lookHeader]: '1' }, signal } as const
  try {
    const { statusCode, headers, body } = await client.request(ask)
    await body.dump()
    return statusCode === 200 && headers.connection !== 'close'
  } catch {
    return false
  }
}
