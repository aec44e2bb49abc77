import { createWriteStream, mkdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'

export interface OpsLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  close(): void
}

const keepBytes = 5_000_000

/** The supervisor's own log, one JSON line per entry; the one before is kept when it has grown. */
export function openOpsLog(dataDir: string): OpsLog {
  const folder = join(dataDir, 'logs')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'ops.log')
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > keepBytes) renameSync(file, `${file}.1`)
  const out = createWriteStream(file, { flags: 'a' })
  // A full disk must not end the supervisor.
  out.on('error', () => {})
  const write = (level: string) => (fields: object, msg: string) =>
    void out.write(`${JSON.stringify({ level, time: new Date().toISOString(), ...fields, msg })}\n`)
  return { info: write('info'), warn: write('warn'), close: () => out.end() }
}
