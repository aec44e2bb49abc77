import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type TopicName, topicNames } from '@marquee/contracts'
import { readTopic } from '@marquee/test-kit'
import { dataDir, readRun } from '../platform.js'
import { compiledOps as ops } from './compiled-ops.js'
import { putByConsole } from './console-producer.js'
import { duplicatesOf, isRight, markHeader, poisonOf } from './messages.js'
import { differencesOf, takeSnapshot } from './snapshot.js'

export interface TopicResult {
  topic: TopicName
  poison: number
  duplicates: number
  /** Of ours, found in the topic afterwards. */
  landed: number
  /** Dead letters that are new. */
  letters: number
  /** Poison without a letter, and letters of what is no poison of ours; at most 5 are named. */
  missing: number
  unexpected: number
  examples: string[]
}
export interface PoisonReport {
  count: number
  topics: TopicResult[]
  /** Seconds that the console producer took, and from its end until no group had anything left to do. */
  putSeconds: number
  drainSeconds: number
  figures: { compared: number; differing: number; examples: object[] }
  /** What `ops reconcile` exited with, before and after. */
  reconcile: { before: number; after: number }
  notReady: string[]
  passed: boolean
}

const drainWithinMs = 30 * 60_000
const tell = (text: string) => process.stderr.write(`${text}\n`)

/** Puts poison and duplicates into every topic of the platform that runs on MARQUEE_DATA, and looks at what came of it. */
export async function poison(count: number): Promise<PoisonReport> {
  await drained()
  const reconciledBefore = (await ops('reconcile', '--json')).exitCode
  const before = await takeSnapshot(readRun())
  const known = await listedRefs()
  const run = randomUUID()
  const startedAt = Date.now()
  const putters = []
  for (const topic of topicNames) putters.push(await put(topic, count, run))
  const putAt = Date.now()
  await drained()
  const drainedAt = Date.now()
  tell(`done after ${seconds(drainedAt - putAt)} s; looking at what came of it`)

  const listed = await listedRefs()
  const fresh = [...listed].filter((ref) => !known.has(ref))
  const topics = []
  for (const one of putters) topics.push(await held(one, run, fresh))
  const after = await takeSnapshot(readRun())
  const differing = differencesOf(before, after)
  const reconcile = { before: reconciledBefore, after: (await ops('reconcile', '--json')).exitCode }
  const notReady = await unreadyApps()
  return {
    ...{ count, topics, reconcile, notReady },
    putSeconds: seconds(putAt - startedAt),
    drainSeconds: seconds(drainedAt - putAt),
    figures: { compared: before.size, differing: differing.length, examples: differing.slice(0, 20) },
    passed:
      topics.every(
        (one) => one.landed === one.poison + one.duplicates && one.missing + one.unexpected === 0,
      ) &&
      differing.length === 0 &&
      reconcile.after === 0 &&
      notReady.length === 0,
  }
}

const seconds = (ms: number) => Math.round(ms / 100) / 10

interface Putter {
  topic: TopicName
  poison: number
  duplicates: number
}

async function put(topic: TopicName, count: number, run: string): Promise<Putter> {
  const { engines } = readRun()
  const right = (await readTopic(engines.kafka, topic)).filter(isRight)
  if (right.length === 0) throw new Error(`${topic} holds no event to make poison and duplicates of`)
  const half = Math.ceil(count / 2)
  const bad = poisonOf(right, half, `${run} poison`)
  const again = duplicatesOf(right, count - half, `${run} duplicate`)
  // In turns, so that what is right waits behind what is not.
  const all = bad.flatMap((one, n) => [one, ...again.slice(n, n + 1)])
  await putByConsole(engines.kafka, topic, all)
  tell(`${topic}: ${bad.length} poison and ${again.length} duplicates of ${right.length} events`)
  return { topic, poison: bad.length, duplicates: again.length }
}

/** Holds the places of our poison in a topic against the dead letters. */
async function held(
  { topic, poison, duplicates }: Putter,
  run: string,
  fresh: string[],
): Promise<TopicResult> {
  const ours = (await readTopic(readRun().engines.kafka, topic)).filter(({ headers }) =>
    headers[markHeader]?.startsWith(run),
  )
  const expected = new Set(
    ours
      .filter(({ headers }) => headers[markHeader] === `${run} poison`)
      .map(({ partition, offset }) => `${topic}/${partition}/${offset}`),
  )
  const letters = new Set(fresh.filter((ref) => ref.replace(/(\.dead)?\/\d+\/\d+$/, '') === topic))
  const missing = [...expected].filter((ref) => !letters.has(ref))
  const unexpected = [...letters].filter((ref) => !expected.has(ref))
  return {
    ...{ topic, poison, duplicates, landed: ours.length, letters: letters.size },
    ...{ missing: missing.length, unexpected: unexpected.length },
    examples: [...missing.slice(0, 5), ...unexpected.slice(0, 5)],
  }
}

async function listedRefs(): Promise<Set<string>> {
  const { exitCode, json, stderr } = await ops('dead-letters', 'list', '--json', '--limit', '100000000')
  if (exitCode !== 0) throw new Error(`the dead letters could not be listed: ${stderr}`)
  const { letters } = json as { letters: { ref: string }[] }
  if (new Set(letters.map(({ ref }) => ref)).size !== letters.length)
    throw new Error('one message is listed twice')
  return new Set(letters.map(({ ref }) => ref))
}

/** Resolves when every group has a member and nothing left to do. */
async function drained(): Promise<void> {
  const deadline = Date.now() + drainWithinMs
  for (let told = 0; ; ) {
    const { exitCode, json, stderr } = await ops('events', 'lag', '--json')
    const lag: number | undefined = json?.lag
    if (exitCode === 0 && lag === 0) return
    if (Date.now() > deadline)
      throw new Error(`not done within ${drainWithinMs / 60_000} min: ${lag ?? stderr} messages left`)
    if (Date.now() - told > 10_000) {
      tell(lag === undefined ? stderr : `${lag} messages are not done yet`)
      told = Date.now()
    }
    await delay(500)
  }
}

async function unreadyApps(): Promise<string[]> {
  const { states } = JSON.parse(readFileSync(join(dataDir, 'run.json'), 'utf8')) as {
    states: { name: string; kind: string; port: number }[]
  }
  const apps = states.filter(({ kind }) => kind === 'app')
  const ready = await Promise.all(
    apps.map(({ port }) =>
      fetch(`http://127.0.0.1:${port}/health/ready`).then(
        ({ ok }) => ok,
        () => false,
      ),
    ),
  )
  return apps.filter((_, index) => !ready[index]).map(({ name }) => name)
}
