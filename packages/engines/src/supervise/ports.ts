import { readdir, readFile, readlink } from 'node:fs/promises'
import net from 'node:net'
import { StartError } from '../errors.js'
import type { ProcessSpec } from './process-spec.js'

export async function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.createServer()
    probe.once('error', () => resolve(false))
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)))
  })
}

/** True when somebody takes connections there. */
export const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    socket.once('error', () => resolve(false))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })

/** One error that names every taken port: whoever frees them one by one would start many times. */
export async function checkPorts(specs: ProcessSpec[]): Promise<void> {
  const wanted = specs.flatMap((spec) =>
    [spec.port, ...(spec.extraPorts ?? [])].map((port) => ({ spec, port })),
  )
  const lines = await Promise.all(
    wanted.map(async ({ spec, port }) => {
      if (await isPortFree(port)) return null
      const owner = await ownerOf(port)
      const move = spec.portVariable ? `; set ${spec.portVariable} to move it` : ''
      return `Port ${port}, wanted by ${spec.name}, is taken${owner ? ` by ${owner}` : ''}${move}.`
    }),
  )
  const taken = lines.filter((line) => line !== null)
  if (taken.length > 0) throw new StartError(taken.join('\n'))
}

/** `node (process 4711)`, as far as Linux tells us: another user's process stays unnamed. */
async function ownerOf(port: number): Promise<string | null> {
  try {
    const inode = await listeningInode(port)
    if (!inode) return null
    for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
      if (await holdsSocket(pid, inode)) {
        return `${(await readFile(`/proc/${pid}/comm`, 'utf8')).trim()} (process ${pid})`
      }
    }
  } catch {
    // Not Linux: the message does without the name.
  }
  return null
}

async function listeningInode(port: number): Promise<string | undefined> {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const listening = '0A'
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of (await readFile(table, 'utf8')).split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/)
      if (fields[1]?.endsWith(wanted) && fields[3] === listening) return fields[9]
    }
  }
  return undefined
}

async function holdsSocket(pid: string, inode: string): Promise<boolean> {
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => [])
  const links = await Promise.all(
    descriptors.map((descriptor) => readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '')),
  )
  return links.includes(`socket:[${inode}]`)
}
