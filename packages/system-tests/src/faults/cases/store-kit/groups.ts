import { type Admin, Kafka, logLevel } from 'kafkajs'
import { until } from '../../../lifecycle/until.js'
import type { Scene } from '../../case.js'

const patienceMs = 3_000
/** Those of the checker come and go. */
const ofApps = (group: string) => !group.startsWith('faults-')

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

async function groupsOf(admin: Admin): Promise<string[]> {
  const { groups } = await admin.listGroups()
  return groups.map(({ groupId }) => groupId).filter(ofApps)
}

/** Messages that each group has not done yet. */
export const lags = (scene: Scene): Promise<Record<string, number>> =>
  asAdmin(scene, async (admin) => {
    const all: Record<string, number> = {}
    for (const group of await groupsOf(admin)) all[group] = await lagOf(admin, group)
    return all
  })

async function lagOf(admin: Admin, groupId: string): Promise<number> {
  let behind = 0
  for (const { topic, partitions } of await admin.fetchOffsets({ groupId })) {
    const ends = new Map(
      (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, Number(high)]),
    )
    for (const { partition, offset } of partitions)
      behind += Math.max(0, (ends.get(partition) ?? 0) - Math.max(0, Number(offset)))
  }
  return behind
}

/** A load goes on meanwhile: what came in the last moments may still be on its way. */
const underWay = 60

/** Every group is where the load is; the milliseconds that it took. */
export async function caughtUp(scene: Scene, withinMs = 30_000): Promise<number> {
  const began = performance.now()
  let last: Record<string, number> = {}
  await until('every group has caught up', withinMs, async () => {
    last = await lags(scene)
    return Object.values(last).every((behind) => behind <= underWay)
  }).catch((error: Error) => {
    throw new Error(`${error.message}: ${JSON.stringify(last)}`)
  })
  return performance.now() - began
}

/** Who is in each group, by ids that are new with every joining. */
export const members = (scene: Scene): Promise<Record<string, string[]>> =>
  asAdmin(scene, async (admin) => {
    const { groups } = await admin.describeGroups(await groupsOf(admin))
    return Object.fromEntries(
      groups.map(({ groupId, members }) => [groupId, members.map(({ memberId }) => memberId).sort()]),
    )
  })
