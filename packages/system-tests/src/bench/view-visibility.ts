import { randomUUID } from 'node:crypto'
import { world } from '@marquee/contracts'
import pg from 'pg'
import { Agent, request } from 'undici'
import { percentile } from './percentile.js'

export interface Visibility {
  /** From the answer to the view until its title's daily figures hold it, milliseconds. */
  p50: number
  p99: number
  /** Views counted a second meanwhile. */
  perSecond: number
}

/**
 * Counts views of a title that nobody else views, one after the other, and asks the daily figures for each until it is there; `others`
 * clients count views of another title meanwhile.
 */
export async function viewVisibility(
  api: string,
  analyticsUrl: string,
  { views, others }: { views: number; others: number },
): Promise<Visibility> {
  const [measured, busy] = [world.contents.paperLanterns.id, world.contents.lastFerry.id]
  const analytics = new pg.Client(analyticsUrl)
  await analytics.connect()
  const agent = new Agent({ connections: others + 1 })
  const view = async (id: string) => {
    const answer = await request(`${api}/api/v1/content/${id}/views/increment`, {
      method: 'POST',
      headers: { 'idempotency-key': randomUUID() },
      dispatcher: agent,
    })
    await answer.body.dump()
    if (answer.statusCode !== 200) throw new Error(`a view was answered ${answer.statusCode}`)
  }
  const total = async () => {
    const text = 'SELECT coalesce(sum(views), 0)::int AS views FROM content_analytics WHERE content_id = $1'
    return (await analytics.query({ name: 'total', text, values: [measured] })).rows[0].views as number
  }
  const settled = async () => {
    for (let before = -1, now = await total(); before !== now; now = await total()) {
      before = now
      await new Promise((resolve) => setTimeout(resolve, 1000))
    }
    return total()
  }
  let before = await settled()
  let running = true
  let counted = 0
  const began = performance.now()
  const load = Array.from({ length: others }, async () => {
    for (; running; counted += 1) await view(busy)
  })
  const took: number[] = []
  try {
    for (let n = 0; n < views; n += 1) {
      await view(measured)
      const answered = performance.now()
      while ((await total()) <= before) await new Promise((resolve) => setTimeout(resolve, 1))
      took.push(performance.now() - answered)
      before += 1
    }
  } finally {
    running = false
    await Promise.all([...load, analytics.end()])
    await agent.close()
  }
  const perSecond = (counted + views) / ((performance.now() - began) / 1000)
  return { p50: percentile(took, 0.5), p99: percentile(took, 0.99), perSecond }
}
