import assert from 'node:assert/strict'
import { until } from '../../lifecycle/until.js'
import type { FaultCase, Scene } from '../case.js'
import { patience } from '../patience.js'
import { rowsOf } from './app-kit/stores.js'
import { pause } from './store-kit/asking.js'
import { msOf, notAcknowledged, saidOf, writesBetween } from './store-kit/writes.js'

const people = ['play', 'progress'] as const
/** A machine with other work may take so long at times: under it nothing is said. */
const floorMs = 250 * patience

/** Bytes of what was written that the replica has not confirmed. */
async function behind({ run }: Scene): Promise<number> {
  const [row] = await rowsOf<{ bytes: string | null }>(
    run().engines.analytics,
    'SELECT max(pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)) AS bytes FROM pg_replication_slots',
  )
  return Number(row?.bytes ?? 0)
}

/** Rows and checksums of every published table are the same again; the milliseconds that it took. */
async function caughtUp(scene: Scene): Promise<number> {
  const began = performance.now()
  let told = ''
  await until('the replica is equal', 30_000 * patience, async () => {
    const { exitCode, stdout, stderr } = await scene.ops('replication', 'verify')
    told = stdout + stderr
    return exitCode === 0
  }).catch((error: Error) => {
    throw new Error(`${error.message}\n${told}`)
  })
  return performance.now() - began
}

const replicaAway: FaultCase = {
  id: 'F12',
  fault: 'replica killed, then frozen',
  async run(scene) {
    const awayMs = scene.short ? 4_000 : 20_000
    // The short form has some dozens of writes, of which one in a hundred is none.
    const share = scene.short ? 0.9 : 0.99
    const name = `p${share * 100} of progress`
    const calmFrom = Date.now()
    await pause(scene.short ? 2_000 : 5_000)
    const before = msOf(writesBetween(scene, calmFrom, Date.now(), people), share)
    const proof: string[] = []
    const recoveriesMs: number[] = []
    const ways = {
      async killed() {
        const held = await scene.killAndHold('postgres-replica')
        return () => held.back()
      },
      async frozen() {
        const { thaw } = scene.freeze('postgres-replica')
        return async () => thaw()
      },
    }
    for (const [way, away] of Object.entries(ways)) {
      const mend = await away()
      const from = Date.now()
      await pause(awayMs)
      const to = Date.now()
      const bytes = await behind(scene)
      const during = writesBetween(scene, from, to - 1_000)
      const lost = notAcknowledged(during)
      assert.equal(lost.length, 0, `with the replica ${way} every write passes: ${saidOf(lost)}`)
      const now = msOf(
        during.filter(({ kind }) => kind === 'play' || kind === 'progress'),
        share,
      )
      assert.ok(
        now <= Math.max(3 * before, floorMs),
        `${name} is ${Math.round(now)} ms with the replica ${way}, ${Math.round(before)} ms before`,
      )
      assert.ok(bytes > 0, `the ${way} replica confirms nothing`)
      await mend()
      recoveriesMs.push(await caughtUp(scene))
      proof.push(
        `${way} for ${awayMs / 1000} s: ${during.length} writes passed (${name} ${Math.round(now)} ms, ${Math.round(before)} ms before), it was ${bytes} bytes behind and is equal`,
      )
    }
    return { proof, recoveriesMs }
  },
}
export default replicaAway
