import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import path from 'node:path'
import { engineNames, enginePorts, engineSpecs, reapAbandoned, supervise } from '@marquee/engines'

const root = path.join(tmpdir(), `marquee-test-${userInfo().uid}`)
const tries = 3

/**
 * Starts the engines once for the whole run, on ports and data of its own. Tests find them by testEngines().
 * MARQUEE_TEST_WANT narrows them ("catalog,cache", "none"); MARQUEE_CATALOG chooses plain or citus as it does for `npm start`.
 */
export default async function globalSetup() {
  if (process.env.MARQUEE_TEST_ENGINES) return
  const want = wanted(process.env.MARQUEE_TEST_WANT)
  mkdirSync(root, { recursive: true, mode: 0o700 })
  await removeAbandoned()
  const dataDir = path.join(root, `run-${process.pid}`)
  const { engines, supervisor } = await startEngines(dataDir, want)

  globalThis.marqueeTestRun = { supervisor, dataDir }
  // Jest ends without its teardown when it is interrupted. The data are thrown away: nothing needs an orderly end.
  process.on('exit', () => killAll(supervisor))
  process.env.MARQUEE_TEST_ENGINES = JSON.stringify({
    ...engines.urls,
    kafka: engines.urls.kafka ? engines.urls.kafka.split(',') : [],
    catalogKind: engines.catalogKind,
    catalogWorkers: engines.catalogWorkers,
  })
  if (want.includes('catalog'))
    console.log(`\nThe catalogue of this run is ${engines.catalogKind} PostgreSQL.`)
}

function wanted(text) {
  if (!text) return [...engineNames]
  const names = text.split(',').filter((name) => name !== 'none')
  const unknown = names.filter((name) => !engineNames.includes(name))
  if (unknown.length > 0) throw new Error(`MARQUEE_TEST_WANT names no engine: ${unknown.join(', ')}`)
  return names
}

/** Another program may take a port between our look and our start: then other ports are tried. */
async function startEngines(dataDir, want) {
  for (let attempt = 1; ; attempt++) {
    const engines = await engineSpecs({
      dataDir,
      ports: enginePorts(20_000 + Math.floor(Math.random() * 1_200) * 10),
      want,
      catalogMode: process.env.MARQUEE_CATALOG ?? 'auto',
      volatile: true,
      report: ({ subject, step, fraction }) => {
        if (fraction === undefined || fraction === 0) console.log(`${subject}: ${step}`)
      },
    })
    const supervisor = supervise(engines.specs, { dataDir })
    try {
      await supervisor.start()
      return { engines, supervisor }
    } catch (error) {
      rmSync(dataDir, { recursive: true, force: true })
      if (attempt === tries) throw error
    }
  }
}

/** Runs that were killed left engines and data; runs of others that live are left alone. */
async function removeAbandoned() {
  for (const name of readdirSync(root)) {
    const dataDir = path.join(root, name)
    // One that has just begun has no processes to show yet.
    if (isAlive(Number(name.slice('run-'.length)))) continue
    if (await reapAbandoned(dataDir)) rmSync(dataDir, { recursive: true, force: true })
  }
}

function killAll(supervisor) {
  for (const pid of Object.values(supervisor.pids())) {
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      // It is gone already.
    }
  }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error.code === 'EPERM'
  }
}
