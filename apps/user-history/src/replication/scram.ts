import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'

const iterations = 4096

const verifier = (password: string, salt: Buffer, rounds: number): string => {
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, rounds, 32, 'sha256')
  const keyed = (text: string) => createHmac('sha256', salted).update(text).digest()
  const stored = createHash('sha256').update(keyed('Client Key')).digest('base64')
  return `SCRAM-SHA-256$${rounds}:${salt.toString('base64')}$${stored}:${keyed('Server Key').toString('base64')}`
}

/** What PostgreSQL stores of a password: sent instead of it, so that no server log can show it. */
export const scramVerifier = (password: string): string => verifier(password, randomBytes(16), iterations)

/** Whether `stored` (of pg_authid) was made from this password. */
export function scramMatches(password: string, stored: string | null): boolean {
  const [, rounds, salt] = /^SCRAM-SHA-256\$(\d+):([A-Za-z0-9+/=]+)\$/.exec(stored ?? '') ?? []
  return salt !== undefined && verifier(password, Buffer.from(salt, 'base64'), Number(rounds)) === stored
}
