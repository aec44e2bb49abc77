import { patience } from '../patience.js'
import type { Ask, Sender, Told } from './send.js'
import type { World } from './world.js'
import type { Kind, Write } from './write.js'
import { kinds } from './write.js'
import { createWriters, type Intent } from './writers.js'

/** Writes a second of each kind: steady and moderate, so that a run is about its fault. */
const rates: Record<Kind, number> = {
  view: 24,
  create: 5,
  edit: 5,
  episode: 4,
  review: 8,
  play: 8,
  progress: 16,
}
/** Of each kind. A platform that stands still must not collect writes without end. */
const mostInFlight = 40
const againAfterMs = 300

export interface Load {
  log: Write[]
  violations: string[]
  /** Resolves when nothing is under way any more. */
  stop(): Promise<void>
}

/** Begins writes at a steady pace, whatever becomes of those before, until stopped. */
export function startLoad(world: World, sender: Sender): Load {
  const log: Write[] = []
  const underWay = new Set<Promise<void>>()
  const inFlight = new Map<Kind, number>()
  const writers = createWriters(world, sender)
  const numbers = new Map<Kind, number>()

  async function write(kind: Kind): Promise<void> {
    const n = (numbers.get(kind) ?? 0) + 1
    numbers.set(kind, n)
    const startedAt = Date.now()
    const intent = await writers[kind](n)
    if (!intent) return
    const { key, ask, made } = intent
    const { told, attempts } = await carryOut(sender, intent, asksAgain(ask, n))
    const { outcome, ms, via, answer } = told
    const value = outcome === 'ok' && made && answer ? made(answer) : intent.value
    log.push({ kind, key, value, outcome, startedAt, ms, attempts, via })
  }

  const timers = kinds.map((kind) =>
    setInterval(
      () => {
        const now = inFlight.get(kind) ?? 0
        if (now >= mostInFlight) return
        inFlight.set(kind, now + 1)
        const one = write(kind)
          .catch((error) => void sender.violations.push(String(error)))
          .finally(() => {
            inFlight.set(kind, inFlight.get(kind)! - 1)
            underWay.delete(one)
          })
        underWay.add(one)
      },
      (1000 * patience) / rates[kind],
    ),
  )
  return {
    log,
    violations: sender.violations,
    async stop() {
      for (const timer of timers) clearInterval(timer)
      await Promise.all(underWay)
    },
  }
}

const asksAgain = ({ headers }: Ask, n: number) => headers?.['idempotency-key'] !== undefined && n % 2 === 0

/** An unknown outcome is asked for again, once, with the same Idempotency-Key, at the other gateway. */
async function carryOut(sender: Sender, { ask, examine }: Intent, again: boolean) {
  const first = await sender.send(ask)
  if (first.outcome !== 'unknown' || !again) return { told: examined(sender, first, examine), attempts: 1 }
  await new Promise((resolve) => setTimeout(resolve, againAfterMs))
  const second = await sender.send(ask)
  const slower = first.ms > second.ms ? first : second
  const told = { ...second, ms: slower.ms, via: slower.via }
  if (second.outcome === 'fail') {
    // Somebody who asks again with his key is never told that he himself stands in the way.
    const code = second.answer?.json?.code
    if (second.answer && code !== 'idempotency_key_in_use')
      sender.violations.push(`${ask.method} ${ask.path} asked again with its key answers ${code}`)
    return { told: { ...told, outcome: 'unknown' as const }, attempts: 2 }
  }
  return { told: examined(sender, told, examine), attempts: 2 }
}

function examined(sender: Sender, told: Told, examine: Intent['examine']): Told {
  const wrong = examine?.(told)
  if (wrong) sender.violations.push(wrong)
  return told
}
