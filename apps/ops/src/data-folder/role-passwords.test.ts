import { describe, expect, it } from '@jest/globals'
import { rolePassword, urlAs } from './role-passwords.js'

const secrets = { internalKey: 'ab'.repeat(32) }

describe('the password of a database role', () => {
  it('is the same at every start, and known to nobody without the internal key', () => {
    expect(rolePassword(secrets, 'analyst')).toBe('702dbd4d5619608c13a8861673141cae')
    expect(rolePassword({ internalKey: 'cd'.repeat(32) }, 'analyst')).not.toBe(
      rolePassword(secrets, 'analyst'),
    )
  })

  it('is another one for each role', () => {
    const all = (['federation', 'analyst', 'replication'] as const).map((role) => rolePassword(secrets, role))
    expect(new Set(all).size).toBe(3)
  })

  it('takes the place of the owner’s in an address, and leaves the rest of it', () => {
    const owner = 'postgres://marquee:secret@127.0.0.1:3104/analytics?sslmode=disable'
    const analyst = `postgres://analyst:${rolePassword(secrets, 'analyst')}@127.0.0.1:3104/analytics?sslmode=disable`
    expect(urlAs(owner, 'analyst', secrets)).toBe(analyst)
  })
})
