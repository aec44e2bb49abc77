import { readdir, readFile, readlink } from 'node:fs/promises'

/** Every process that was started for a data folder: its path is in their command line, environment or output. */
export async function processesOf(dataDir: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
  const found = await Promise.all(pids.map((pid) => describe(pid, dataDir)))
  return found.filter((line) => line !== undefined)
}

async function describe(pid: string, dataDir: string): Promise<string | undefined> {
  const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')
  const [command, environment] = await Promise.all([read('cmdline'), read('environ')])
  // Redis rewrites its command line; what every supervised process has is its log as standard output.
  const output = await readlink(`/proc/${pid}/fd/1`).catch(() => '')
  if (!`${command}\0${environment}\0${output}`.includes(dataDir)) return undefined
  return `${pid} ${command.replaceAll('\0', ' ').slice(0, 200)}`
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
