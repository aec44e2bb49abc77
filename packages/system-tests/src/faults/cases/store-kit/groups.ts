import assert from 'node:assert/strict'
import { consumerGroups, topicNames } from '@marquee/contracts'
import { settle } from '@marquee/test-kit'
import { type Admin, Kafka, logLevel } from 'kafkajs'
import type { Scene } from '../../case.js'
import { patience } from '../../patience.js'

const patienceMs = 3_000 * patience
/** Past the links and all code of the apps. */
async function asAdmin<T>({ run }: Scene, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new Kafka({
    brokers: run().engines.kafka,
    clientId: 'fault-case',
    connectionTimeout: patienceMs,
    requestTimeout: patienceMs,
    retry: { retries: 1 },
    logLevel: logLevel.NOTHING,
  }).admin()
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.disconnect()
  }
}

export const sum = (counts: Record<string, number>): number =>
  Object.values(counts).reduce((all, count) => all + count, 0)

/** Where the topics end: topic/partition and the offset of the next message. */
type Ends = Map<string, number>

async function endsOf(admin: Admin): Promise<Ends> {
  const offsets = await Promise.all(
    topicNames.map(async (topic) =>
      (await admin.fetchTopicOffsets(topic)).map(
        ({ partition, high }) => [`${topic}/${partition}`, Number(high)] as const,
      ),
    ),
  )
  return new Map(offsets.flat())
}

/** Messages up to there, or up to now, that each group has not done yet. */
export const lags = (scene: Scene, ends?: Ends): Promise<Record<string, number>> =>
  asAdmin(scene, async (admin) => {
    const upTo = ends ?? (await endsOf(admin))
    const all: Record<string, number> = {}
    for (const [groupId, topics] of Object.entries(consumerGroups)) {
      const committed = await admin.fetchOffsets({ groupId, topics: [...topics] })
      all[groupId] = committed
        .flatMap(({ topic, partitions }) =>
          partitions.map(({ partition, offset }) =>
            Math.max(0, (upTo.get(`${topic}/${partition}`) ?? 0) - Math.max(0, Number(offset))),
          ),
        )
        .reduce((sum, behind) => sum + behind, 0)
    }
    return all
  })

/** Every group has done what is in its topics now; the milliseconds that it took. */
export async function caughtUp(scene: Scene, withinMs = 30_000 * patience): Promise<number> {
  const began = performance.now()
  const ends = await asAdmin(scene, endsOf)
  await settle(
    async () => {
      const left = await lags(scene, ends)
      assert.equal(sum(left), 0, `every group has caught up: ${JSON.stringify(left)}`)
    },
    { timeoutMs: withinMs, everyMs: 200 },
  )
  return performance.now() - began
}

/** Who is in each group, by ids that are new with every joining. */
export const members = (scene: Scene): Promise<Record<string, string[]>> =>
  asAdmin(scene, async (admin) => {
    const { groups } = await admin.describeGroups(Object.keys(consumerGroups))
    return Object.fromEntries(
      groups.map(({ groupId, members }) => [groupId, members.map(({ memberId }) => memberId).sort()]),
    )
  })
