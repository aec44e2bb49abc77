import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Machine, readMachine } from './config.js'
import { isPortFree, listens } from './supervise/ports.js'
import type { ProcessSpec } from './supervise/process-spec.js'

const folders: string[] = []

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'marquee-engines-'))
  folders.push(folder)
  return folder
}

export function removeTemporaryFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
}

/** Below the range from which the kernel takes ports for outgoing connections: those of others must not come in between. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 12_000 + Math.floor(Math.random() * 20_000)
    if (await isPortFree(port)) return port
  }
}

/** Listens on its port; `extra` runs first. */
export const serverScript = (port: number, extra = '') =>
  `${extra};require('node:net').createServer((s) => s.end()).listen(${port}, '127.0.0.1')`

/** A small Node program as a process to own, ready when it listens. */
export async function scriptSpec(
  dataDir: string,
  name: string,
  options: Partial<ProcessSpec> & { extra?: string; script?: string } = {},
): Promise<ProcessSpec> {
  const { extra, script, ...rest } = options
  const port = rest.port ?? (await freePort())
  return {
    name,
    kind: 'engine',
    command: { file: process.execPath, args: ['-e', script ?? serverScript(port, extra)] },
    port,
    ready: () => listens(port),
    readyTimeoutMs: 10_000,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 5_000,
    logFile: path.join(dataDir, 'logs', `${name}.log`),
    dependsOn: [],
    ...rest,
  }
}

/** This machine, with a cache of its own. */
export async function machineWith(change: Partial<Machine> = {}): Promise<Machine> {
  return { ...readMachine(), cacheDir: await temporaryFolder(), ...change }
}
