import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { execa } from 'execa'
import type { Machine } from '../config.js'
import { EngineError } from '../errors.js'
import { infraDir } from '../paths.js'
import type { ProcessSpec } from '../supervise/process-spec.js'
import { processesWorkingIn, sendSignal, waitUntil } from '../supervise/process-table.js'
import { answers, serverUrl, superuser } from './connect.js'
import type { Privileges } from './privileges.js'
import type { PostgresPrograms } from './version.js'

export interface PostgresServer {
  name: string
  port: number
  /** Holds the data, and files beside it. */
  folder: string
  logFile: string
  password: string
  programs: PostgresPrograms
  privileges: Privileges
  machine: Machine
  /** Files below infra/, later ones win. */
  settingFiles: string[]
  settings?: Record<string, string>
  dependsOn?: string[]
  /** Called once, when new data was made. */
  onCreated(): void
  afterReady?(): Promise<void>
}

/** One PostgreSQL server as a process to own. What it listens on is the loopback interface; sockets are not used. */
export async function postgresSpec(server: PostgresServer): Promise<ProcessSpec> {
  const { privileges, machine } = server
  const bin = await privileges.programs(server.programs.bin)
  const folder = await privileges.own(server.folder)
  const data = path.join(folder, 'data')
  const passFile = path.join(folder, 'passwords')
  const url = serverUrl(server, 'postgres')
  return {
    name: server.name,
    kind: 'engine',
    port: server.port,
    portVariable: 'MARQUEE_PORT',
    command: {
      ...privileges.command(path.join(bin, 'postgres'), ['-D', data]),
      cwd: '/',
      // Citus's nodes find each other's password here.
      env: { ...machine.engineEnv, PGPASSFILE: passFile },
    },
    async prepare(report) {
      await writeFile(passFile, `127.0.0.1:*:*:${superuser}:${server.password}\n`, { mode: 0o600 })
      if (!(await hasData(data))) {
        report({ subject: server.name, step: 'making a new database cluster' })
        await initialise(server, bin, folder)
        server.onCreated()
      }
      await writeSettings(server, data)
      await privileges.own(server.folder)
    },
    clearLeftovers: () => clearLeftovers(data),
    ready: () => answers(url),
    readyTimeoutMs: 60_000,
    // Fast shutdown: sessions are ended, their transactions rolled back. SIGTERM would wait for every client to leave.
    stopSignal: 'SIGINT',
    stopTimeoutMs: 10_000,
    logFile: server.logFile,
    ...(server.afterReady ? { afterReady: server.afterReady } : {}),
    dependsOn: server.dependsOn ?? [],
  }
}

/** The major version that made the data in a server's folder, or null where there is none. */
export async function dataMajor(folder: string): Promise<number | null> {
  const text = await readFile(path.join(folder, 'data/PG_VERSION'), 'utf8').catch(() => null)
  return text === null ? null : Number(text)
}

const hasData = async (data: string) => (await dataMajor(path.dirname(data))) !== null

/** In a folder beside, renamed when whole: a killed initdb must not pass for data. */
async function initialise(server: PostgresServer, bin: string, folder: string): Promise<void> {
  const made = path.join(folder, 'data.new')
  const passwordFile = path.join(folder, 'initdb-password')
  await rm(made, { recursive: true, force: true })
  await writeFile(passwordFile, server.password, { mode: 0o600 })
  await server.privileges.own(server.folder)
  // The same order and letter cases on every version and machine: by code point, whatever libraries it has.
  const locale =
    server.programs.major >= 17
      ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C']
      : ['--locale=C.UTF-8']
  const command = server.privileges.command(path.join(bin, 'initdb'), [
    ...['-D', made, '--username', superuser, '--pwfile', passwordFile, '--encoding=UTF8', '--data-checksums'],
    ...['--auth=scram-sha-256', '--no-instructions', ...locale],
  ])
  const result = await execa(command.file, command.args, {
    cwd: '/',
    env: server.machine.engineEnv,
    extendEnv: false,
    all: true,
    reject: false,
  })
  await rm(passwordFile)
  if (result.failed)
    throw new EngineError(`initdb for ${server.name} failed:\n${result.all || result.shortMessage}`)
  await execa('mv', [made, path.join(folder, 'data')])
}

/** Written at every start, so that a changed setting in infra/ takes effect. */
async function writeSettings(server: PostgresServer, data: string): Promise<void> {
  const files = await Promise.all(
    server.settingFiles.map((file) => readFile(path.join(infraDir, file), 'utf8')),
  )
  const own = {
    port: String(server.port),
    listen_addresses: "'127.0.0.1'",
    unix_socket_directories: "''",
    ...server.settings,
  }
  const lines = Object.entries(own).map(([name, value]) => `${name} = ${value}`)
  const text = ['# Made at every start from infra/; changes here are lost.', ...files, ...lines, ''].join(
    '\n',
  )
  await writeFile(path.join(data, 'postgresql.conf'), text, { mode: 0o600 })
  const access = [
    'host all all 127.0.0.1/32 scram-sha-256',
    'host replication all 127.0.0.1/32 scram-sha-256',
    '',
  ]
  await writeFile(path.join(data, 'pg_hba.conf'), access.join('\n'), { mode: 0o600 })
}

/**
 * Children outlive a killed server for a moment, and one that is frozen for ever: while one lives, no server starts on
 * their data. They can do nothing more without it, so they are killed. A lock file that names a stranger goes too.
 */
async function clearLeftovers(data: string): Promise<void> {
  for (const pid of await processesWorkingIn(data, 'postgres')) sendSignal(pid, 'SIGKILL')
  await waitUntil(async () => (await processesWorkingIn(data, 'postgres')).length === 0, 5_000)
  if (process.platform === 'linux') await rm(path.join(data, 'postmaster.pid'), { force: true })
}
