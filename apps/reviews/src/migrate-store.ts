import { randomUUID } from 'node:crypto'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { failPoint } from '@marquee/faults'
import type { Logger } from '@marquee/service-kit'
import type { mongo } from 'mongoose'
import { type Database, reached, requireConnected } from './database-store.js'
import { freeLease, renewLease, takeLease } from './leader/lease-store.js'
import type { LeaseDocument } from './models-store.js'

export interface MigrateOptions {
  database: Database
  /** Folder of the numbered migrations; each exports up and down, which may run twice. */
  dir: string
  direction: 'up' | 'down'
  /** How many; default: up all, down one. */
  count?: number
  log: Logger
  /** How long to wait for another migrator. */
  waitMs?: number
  /** A migrator that was killed stands in the way for so long. */
  lockMs?: number
}

/** The lock and what has been done are one document: recording a migration checks in the same write that the lock is still ours. */
interface Migrations extends LeaseDocument {
  done?: string[]
}
const id = 'schema'

/**
 * Runs migrations one after another, each recorded when it is through: one that was killed is run again, whole. Of two migrators at
 * once the other one waits.
 * @returns names of the migrations that ran
 */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  const { database, log, waitMs = 60_000, lockMs = 10_000 } = options
  await reached(database, 10_000)
  const migrations = requireConnected(database.connection).collection<Migrations>('migrations')
  const leases = migrations as unknown as mongo.Collection<LeaseDocument>
  const holder = randomUUID()
  const until = performance.now() + waitMs
  let epoch = await takeLease(leases, id, holder, lockMs)
  while (epoch === null) {
    if (performance.now() > until) throw new Error(`another migrator has been at work for ${waitMs} ms`)
    log.info('another migrator is at work, waiting')
    await delay(100 + Math.random() * 200)
    epoch = await takeLease(leases, id, holder, lockMs)
  }
  const holding = { holder, epoch }
  const renewing = setInterval(
    () => void renewLease(leases, id, holding, lockMs).catch(() => undefined),
    lockMs / 3,
  )
  try {
    return await run(options, migrations, holding)
  } finally {
    clearInterval(renewing)
    await freeLease(leases, id, holding).catch(() => undefined)
  }
}

async function run(
  { database, dir, direction, count }: MigrateOptions,
  migrations: mongo.Collection<Migrations>,
  holding: { holder: string; epoch: number },
): Promise<string[]> {
  const done = (await migrations.findOne({ _id: id }))?.done ?? []
  const chosen = choose(namesIn(dir), done, direction, count)
  for (const name of chosen) {
    const steps = (await import(pathToFileURL(path.join(dir, `${name}.js`)).href)) as Steps
    await steps[direction](requireConnected(database.connection))
    const change = direction === 'up' ? { $push: { done: name } } : { $pull: { done: name } }
    const { matchedCount } = await migrations.updateOne({ _id: id, ...holding }, change)
    if (matchedCount === 0) throw new Error(`another migrator took over while ${name} ran; run it again`)
    await failPoint('migrate.applied')
  }
  return chosen
}

type Steps = Record<'up' | 'down', (db: ReturnType<typeof requireConnected>) => Promise<void>>

const namesIn = (dir: string): string[] =>
  readdirSync(dir)
    .filter((file) => /^\d{4}_\w+\.js$/.test(file))
    .map((file) => file.slice(0, -'.js'.length))
    .sort()

function choose(names: string[], done: string[], direction: 'up' | 'down', count?: number): string[] {
  const unknown = done.filter((name) => !names.includes(name))
  if (unknown.length > 0)
    throw new Error(`the database has migrations of a newer version: ${unknown.join(', ')}`)
  if (direction === 'up') return names.filter((name) => !done.includes(name)).slice(0, count)
  return done.toReversed().slice(0, count ?? 1)
}
