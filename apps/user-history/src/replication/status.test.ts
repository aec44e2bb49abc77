import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createPool, type Pool, transaction } from '@marquee/postgres'
import { silentLogger } from '@marquee/service-kit'
import { proxyTo, settle } from '@marquee/test-kit'
import { untilReplayed } from './follow.js'
import { readStatus } from './status.js'
import { statusJson, statusWords } from './status-words.js'
import { readSubscription } from './subscription-store.js'
import { putAudience, putPlay, putTitle, putUser } from './testing/rows.js'
import { passwords, type TestPair, testPair } from './testing/test-pair.js'
import { verify } from './verify.js'

let test: TestPair
beforeEach(async () => {
  test = await testPair()
})
afterEach(() => test.close())

const patience = { timeoutMs: 20_000, tell: () => undefined }
async function status(pair = test.pair) {
  const found = await readStatus(pair)
  return { found, words: statusWords(found, test.names), json: statusJson(found, test.names) }
}

/** The primary inserts a row that the replica has already, behind other changes of the same transaction. */
async function collide() {
  const [taken, beside] = [randomUUID(), randomUUID()]
  const there = randomUUID()
  await putTitle(test.primary, there, 'Known to both')
  await untilReplayed(test.pair, patience)
  await putAudience(test.replica, taken, 7)
  await transaction(test.primary, async (tx) => {
    await tx.query('UPDATE content_titles SET version = 2 WHERE id = $1', [there])
    await putTitle(tx as unknown as Pool, beside, 'In the same transaction')
    await tx.query(`UPDATE content_titles SET title = 'Changed' WHERE id = $1`, [beside])
    await putAudience(tx as unknown as Pool, taken, 1)
  })
  await settle(async () => !(await readSubscription(test.replica, test.names))!.enabled)
  return { taken, beside, there }
}
/** Runs a statement that the words show. */
const follow = async (words: string, beginning: string) => {
  const line = words.split('\n').find((text) => text.trim().startsWith(beginning))!
  await test.replica.query(line)
}

describe('replication status', () => {
  it('says before setup what to do', async () => {
    const { words, json } = await status()
    expect(words).toContain('Run `replication setup`')
    expect(json).toMatchObject({ following: false, state: 'missing', subscription: null, slot: null })
  })

  it('tells lag, slot, subscription, and rows and checksums of both sides', async () => {
    await putUser(test.primary)
    await putPlay(test.primary)
    await test.setup()
    await putPlay(test.primary)
    await untilReplayed(test.pair, patience)
    const { words, json } = await status()
    expect(json).toMatchObject({
      following: true,
      state: 'following',
      primary: { up: true },
      replica: { up: true },
      lag: { bytes: expect.any(Number), seconds: 0, ageSeconds: expect.any(Number) },
      slot: { name: test.names.slot, active: true, walStatus: 'reserved', retainedBytes: expect.any(Number) },
      subscription: {
        enabled: true,
        worker: expect.any(Number),
        errors: { apply: 0, sync: 0 },
        failing: null,
      },
    })
    expect(json.tables.find(({ table }) => table === 'user_watch_history')).toEqual({
      table: 'user_watch_history',
      state: 'following',
      primary: { rows: 2, checksum: expect.stringMatching(/^[0-9a-f]{16}$/) },
      replica: { rows: 2, checksum: expect.stringMatching(/^[0-9a-f]{16}$/) },
      equal: true,
    })
    expect(words).toContain('The replica follows the primary.')
    for (const secret of Object.values(passwords)) expect(words + JSON.stringify(json)).not.toContain(secret)

    await putPlay(test.replica)
    expect((await status()).words).toMatch(/user_watch_history .* differs now/)
  })

  it('names the row that stopped the replica; deleting it as told restores the flow', async () => {
    await test.setup()
    const { taken } = await collide()
    const { words, json } = await status()
    expect(json).toMatchObject({
      following: false,
      state: 'stopped',
      subscription: {
        enabled: false,
        errors: { apply: 1 },
        failing: { collision: { table: 'content_audience', key: { content_id: taken } } },
      },
    })
    expect(words).toContain('stopped by an error: the primary inserts a row into content_audience')
    await follow(words, 'DELETE FROM content_audience')
    await test.replica.query(`ALTER SUBSCRIPTION ${test.names.subscription} ENABLE`)
    expect((await verify(test.pair, patience)).equal).toBe(true)
  })

  it('names the transaction to leave out; skipping it as told restores the flow, and verify names what lacks', async () => {
    await test.setup()
    const { taken, beside, there } = await collide()
    await expect(test.setup()).rejects.toThrow('SKIP (lsn')
    await follow((await status()).words, 'ALTER SUBSCRIPTION')
    await test.replica.query(`ALTER SUBSCRIPTION ${test.names.subscription} ENABLE`)
    await putUser(test.primary)
    const { tables } = await verify(test.pair, patience)
    const found = tables.flatMap(({ differences }) => differences)
    const of = (id: string) => found.find(({ key }) => Object.values(key).includes(id))
    expect(found).toHaveLength(3)
    expect(of(taken)).toMatchObject({ table: 'content_audience', kind: 'different' })
    expect(of(beside)).toMatchObject({ table: 'content_titles', kind: 'missing on the replica' })
    expect(of(there)?.columns).toEqual([{ name: 'version', primary: '2', replica: '1' }])
    expect((await status()).json.following).toBe(true)
  })

  it('tells a broken connection from a row', async () => {
    await test.setup()
    await test.primary.query(
      'SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = $1',
      [test.names.slot],
    )
    await settle(async () => !(await readSubscription(test.replica, test.names))!.enabled)
    const { words, json } = await status()
    expect(json.state).toBe('stopped')
    expect(words).toContain('most often the connection to the primary broke')
    await follow(words, 'ALTER SUBSCRIPTION')
    await putUser(test.primary)
    expect((await verify(test.pair, patience)).equal).toBe(true)
  })

  it.each([
    ['the replica', ['replica'], 'The replica cannot be asked'],
    ['the primary', ['primary'], 'The primary cannot be asked'],
    ['both', ['primary', 'replica'], 'Neither server can be asked'],
  ] as const)('says within seconds that %s is dead or frozen', async (_name, down, says) => {
    await test.setup()
    for (const how of ['dead', 'frozen'] as const) {
      const links = await Promise.all(down.map((side) => proxyTo(test.servers[side].url)))
      for (const link of links) how === 'dead' ? await link.close() : link.freeze()
      const pools = links.map(({ url }) => createPool({ url, name: 'test', log: silentLogger }))
      const pair = { ...test.pair, ...Object.fromEntries(down.map((side, index) => [side, pools[index]])) }
      const asked = performance.now()
      const { words, json } = await status(pair)
      expect(performance.now() - asked).toBeLessThan(6000)
      expect(words).toContain(says)
      expect(json.following).toBe(false)
      for (const side of ['primary', 'replica'] as const)
        expect(json[side].up).toBe(!(down as readonly string[]).includes(side))
      await Promise.all(pools.map((pool) => pool.end()))
      if (how === 'frozen') for (const link of links) await link.close()
    }
  })
})
