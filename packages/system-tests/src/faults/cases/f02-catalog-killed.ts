import assert from 'node:assert/strict'
import { readTopic, settle } from '@marquee/test-kit'
import type { Bite, FaultCase, Scene } from '../case.js'
import { everyEditIsKept, startEditing } from './app-kit/edits.js'
import { leaderFirst } from './app-kit/instances.js'
import { rowsOf } from './app-kit/stores.js'

interface Version {
  id: string
  version: number
}

const titles = (url: string) => rowsOf<Version>(url, 'SELECT id::text, version FROM content_metadata')
/** Of each title, how many facts there are and the version of the last. */
const facts = (url: string) =>
  rowsOf<Version & { count: number; created: number }>(
    url,
    `SELECT subject AS id, max(subject_version)::integer AS version, count(DISTINCT subject_version)::integer AS count,
       (count(*) FILTER (WHERE type = 'content.created'))::integer AS created
     FROM outbox WHERE type LIKE 'content.%' GROUP BY subject`,
  )
const listed = (url: string) => rowsOf<{ id: string }>(url, 'SELECT id::text FROM content_listing')

const byId = <T extends { id: string }>(rows: T[]) => new Map(rows.map((row) => [row.id, row]))

/**
 * Read twice in the order in which nothing can be missed: what is there must have its fact in a later reading, and what is stated must
 * be there in a later reading. So it holds under load, on one server and on many.
 */
async function contentAndEventsAgree(scene: Scene): Promise<number> {
  const url = scene.run().engines.catalog
  const before = await titles(url)
  const stated = await facts(url)
  const after = byId(await titles(url))
  const listing = new Set((await listed(url)).map(({ id }) => id))

  const factsOf = byId(stated)
  const silent = before.filter(({ id, version }) => (factsOf.get(id)?.version ?? 0) < version)
  assert.deepEqual(silent, [], 'titles whose last version was never stated')
  const gaps = stated.filter(({ version, count, created }) => version !== count || created !== 1)
  assert.deepEqual(gaps, [], 'titles with a version that was not stated once')
  const untrue = stated.filter(({ id, version }) => (after.get(id)?.version ?? 0) < version)
  assert.deepEqual(untrue, [], 'facts about titles, or versions of them, that are not there')
  assert.deepEqual(
    before.filter(({ id }) => !listing.has(id)),
    [],
    'titles without a place in the listing',
  )
  return before.length
}

async function everyFactIsSent(scene: Scene): Promise<void> {
  const { catalog, kafka } = scene.run().engines
  const stated = await rowsOf<{ id: string }>(
    catalog,
    `SELECT id::text FROM outbox WHERE type LIKE 'content.%'`,
  )
  await settle(
    async () => {
      const sent = new Set((await readTopic(kafka, 'content')).map(({ headers }) => headers.ce_id))
      assert.deepEqual(
        stated.filter(({ id }) => !sent.has(id)),
        [],
        'facts that are not in the topic',
      )
    },
    { timeoutMs: 30_000, everyMs: 500 },
  )
  const sent = (await readTopic(kafka, 'content')).map(({ headers }) => headers.ce_id!)
  const known = new Set(
    (await rowsOf<{ id: string }>(catalog, `SELECT id::text FROM outbox WHERE type LIKE 'content.%'`)).map(
      ({ id }) => id,
    ),
  )
  assert.deepEqual(
    sent.filter((id) => !known.has(id)),
    [],
    'messages of facts that were rolled back',
  )
}

async function run(scene: Scene): Promise<Bite> {
  const rounds = scene.short ? 3 : 20
  const names = await leaderFirst(scene, 'catalog.relay')
  const editing = startEditing(scene, `f02 ${Date.now().toString(36)}`, 4)
  const recoveriesMs: number[] = []
  let leading = 0
  for (let round = 0; round < rounds; round++) {
    const victim = names[round % names.length]!
    await new Promise((resolve) => setTimeout(resolve, scene.random() * 400))
    leading += await scene.metric(victim, 'marquee_lease_leading').then(
      (leases) => Number(leases > 0),
      () => 0,
    )
    await scene.kill(victim)
    recoveriesMs.push(await scene.ready(victim))
  }
  const edits = await editing.stop()
  const unknown = edits.reduce((sum, edit) => sum + edit.unknown, 0)
  const acknowledged = edits.reduce((sum, edit) => sum + edit.acknowledged, 0)
  await everyEditIsKept(scene, edits)
  const count = await contentAndEventsAgree(scene)
  await everyFactIsSent(scene)
  return {
    proof: [
      `${names.join(' and ')} were killed ${rounds} times in turn, ${leading} times as a leader`,
      `${acknowledged} edits were acknowledged, ${unknown} had an unknown end; ${count} titles have every version stated once`,
    ],
    recoveriesMs,
  }
}

export default { id: 'F02', fault: 'catalog killed in its transactions', run } satisfies FaultCase
