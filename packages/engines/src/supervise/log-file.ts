import { closeSync, mkdirSync, openSync } from 'node:fs'
import { copyFile, open, rename, stat, truncate } from 'node:fs/promises'
import path from 'node:path'

const maxBytes = 10 * 1024 * 1024
const kept = 3

/** Opened for appending, so that a truncation by `rotate` moves the writer's position too. The caller closes it. */
export function openLog(file: string): { fd: number; close(): void } {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  const fd = openSync(file, 'a', 0o600)
  return { fd, close: () => closeSync(fd) }
}

/**
 * Copies and truncates: the process writes to the file itself, not through the supervisor, so that its log outlives
 * a killed supervisor. Lines written between copy and truncation are lost.
 */
export async function rotate(file: string, limit = maxBytes): Promise<boolean> {
  const size = (await stat(file).catch(() => null))?.size ?? 0
  if (size < limit) return false
  for (let number = kept - 1; number >= 1; number--) {
    await rename(`${file}.${number}`, `${file}.${number + 1}`).catch(() => undefined)
  }
  await copyFile(file, `${file}.1`)
  await truncate(file)
  return true
}

/** The last lines, for a message about a process that died. */
export async function tail(file: string, lines = 15): Promise<string> {
  const handle = await open(file).catch(() => null)
  if (!handle) return ''
  try {
    const { size } = await handle.stat()
    const length = Math.min(size, 16_384)
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length)
    return buffer.toString('utf8').trimEnd().split('\n').slice(-lines).join('\n')
  } finally {
    await handle.close()
  }
}
