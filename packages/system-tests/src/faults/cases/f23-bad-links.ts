import assert from 'node:assert/strict'
import { defaultLimits } from '@marquee/contracts'
import type { FaultCase, Scene } from '../case.js'
import { patience } from '../patience.js'
import { newTitle } from './app-kit/requests.js'
import { type Asked, type Asking, keepAsking, pause, said } from './store-kit/asking.js'
import { notAcknowledged, saidOf, writesBetween } from './store-kit/writes.js'

const engines = [
  'postgres-catalog',
  'postgres-analytics',
  'postgres-replica',
  'mongodb',
  'redis-cache',
  'redis-counters',
  'kafka',
]
const apps = ['catalog', 'user-history', 'reviews', 'trending']
const instances = apps.flatMap((app) => [app, `${app}#2`])

const graceMs = 1_000 * patience
/** An instance that answers nothing gets no more requests after this. */
const leftAloneAfterMs = 3_000 * patience
/** Longer than an app waits for its store. */
const swallowMs = 7_000

const deadlineOf = (name: string) =>
  (name === 'details' ? defaultLimits.detailsDeadlineMs : defaultLimits.upstreamTimeoutMs) + graceMs

function inTime(asked: readonly Asked[], process: string): void {
  const late = asked.find((one) => one.ms > deadlineOf(one.name))
  assert.ok(!late, late && `with a bad link to ${process}: ${said(late)}`)
}

/** Slow, narrow, reset and half-open, one after the other; then as good as new. Answers how long all took to flow again. */
async function worsen(scene: Scene, process: string): Promise<{ recoveryMs: number; hindered: number }> {
  const link = scene.link(process)
  const before = link.hindered()
  const eachMs = scene.short ? 1_000 : 1_500
  try {
    link.slow(300)
    await pause(eachMs)
    link.mend()
    link.narrow(20_000)
    await pause(eachMs)
    link.mend()
    link.reset()
    await pause(500)
    link.swallow()
    const swallowedAt = Date.now()
    await pause(swallowMs)
    if (instances.includes(process)) leftAlone(scene, process, swallowedAt)
  } finally {
    link.mend()
  }
  return { recoveryMs: await scene.flowing(), hindered: link.hindered() - before }
}

function leftAlone(scene: Scene, process: string, since: number): void {
  const lost = notAcknowledged(writesBetween(scene, since + leftAloneAfterMs, Date.now() - 1_000))
  assert.equal(lost.length, 0, `${process} answers nothing and is left alone: ${saidOf(lost)}`)
}

/** One engine, Kafka and one instance in the short form. */
function chosen({ short, random }: Scene): string[] {
  if (!short) return [...engines, ...instances]
  const any = (of: readonly string[]) => of[Math.floor(random() * of.length)]!
  return [any(engines.filter((name) => name !== 'kafka')), 'kafka', any(instances)]
}

const badLinks: FaultCase = {
  id: 'F23',
  fault: 'slow, narrow, reset and half-open links',
  // Half the time of each link nobody reaches its instance.
  away: apps,
  async run(scene) {
    const id = await newTitle(scene, `linked ${Date.now().toString(36)}`)
    const reads: Asking = {
      content: { path: `/api/v1/content/${id}` },
      list: { path: '/api/v1/content?limit=20' },
      details: { path: `/api/v1/content/${id}/details` },
      reviews: { path: `/api/v1/content/${id}/reviews` },
      trending: { path: '/api/v1/content/trending/daily' },
    }
    const proof: string[] = []
    const recoveriesMs: number[] = []
    for (const process of chosen(scene)) {
      const reading = keepAsking(scene, reads, 200)
      const worsening = worsen(scene, process)
      await Promise.allSettled([worsening])
      inTime(await reading.stop(), process)
      const { recoveryMs, hindered } = await worsening
      assert.ok(hindered > 0, `something went over the link to ${process}`)
      recoveriesMs.push(recoveryMs)
      proof.push(`${process}: ${hindered} bytes hindered, recovery ${Math.round(recoveryMs)} ms`)
    }
    return { proof, recoveriesMs }
  },
}
export default badLinks
