import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { EngineError } from '../errors.js'
import { startTimeOf } from '../supervise/process-table.js'

const exists = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  )

/**
 * A folder of the cache, filled once: what is there under its final name is whole. A killed or failed filling
 * leaves nothing under that name; two at once both work, and the first to finish wins.
 */
export async function install(
  cacheDir: string,
  name: string,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const target = path.join(cacheDir, name)
  if (await exists(target)) return target
  await removeAbandoned(cacheDir, name)
  const staging = path.join(cacheDir, `.${name}.${process.pid}`)
  await mkdir(staging, { recursive: true })
  try {
    await fill(staging)
    await rename(staging, target).catch(async (error) => {
      if (!(await exists(target))) throw error
    })
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
  return target
}

async function removeAbandoned(cacheDir: string, name: string): Promise<void> {
  const prefix = `.${name}.`
  for (const entry of await readdir(cacheDir).catch(() => [])) {
    if (!entry.startsWith(prefix)) continue
    if (startTimeOf(Number(entry.slice(prefix.length)))) continue
    await rm(path.join(cacheDir, entry), { recursive: true, force: true })
  }
}

export async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/** Throws EngineError when a file is missing or is not, byte for byte, what was pinned. */
export async function checkSum(file: string, expected: string): Promise<void> {
  const name = path.basename(file)
  if (!(await exists(file))) throw new EngineError(`the download is broken: ${name} is missing`)
  const actual = await sha256(file)
  if (actual === expected) return
  throw new EngineError(
    `the download is broken: ${name} has SHA-256 ${actual}, expected ${expected}. Nothing of it was kept; try again`,
  )
}

/** Bytes of everything in a folder, for progress; what vanishes meanwhile counts nothing. */
export async function folderSize(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => stat(path.join(entry.parentPath, entry.name)).catch(() => null)),
  )
  return sizes.reduce((sum, file) => sum + (file?.size ?? 0), 0)
}
