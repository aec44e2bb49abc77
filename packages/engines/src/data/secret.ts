import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/**
 * The password of every engine of a data folder, made once. The loopback interface is open to all users of the machine;
 * this file is not.
 */
export function enginePassword(dataDir: string): string {
  const file = path.join(dataDir, 'engine-password')
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    const password = randomBytes(24).toString('hex')
    writeFileSync(file, `${password}\n`, { mode: 0o600 })
    return password
  }
}
