import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, describe, expect, it } from '@jest/globals'
import { clockFile, followClock, installClock } from './clock.js'
import { collectFile, followCollect } from './collect.js'
import { readFaults } from './config.js'
import { type Armed, armedFile, createFailPoints, type FailPointName, firedFile } from './fail-point.js'

const folder = mkdtempSync(join(tmpdir(), 'fail-points-'))
afterAll(() => rmSync(folder, { recursive: true }))
const arm = (name: FailPointName, armed: Armed) =>
  writeFileSync(armedFile(folder, name), JSON.stringify(armed))

describe('a fail point', () => {
  it('fires once where it is armed, and leaves a sign', async () => {
    const failPoint = createFailPoints(folder, 'catalog')
    await failPoint('relay.sent')
    arm('relay.sent', { action: 'throw' })
    await failPoint('relay.claimed')
    await expect(failPoint('relay.sent')).rejects.toThrow('fail point relay.sent')
    await failPoint('relay.sent')
    expect(JSON.parse(readFileSync(firedFile(folder, 'relay.sent'), 'utf8'))).toEqual({ action: 'throw' })
  })

  it('fires in one of those that come at once', async () => {
    const failPoint = createFailPoints(folder, 'catalog')
    arm('consumer.handled', { action: 'throw' })
    const all = await Promise.allSettled(Array.from({ length: 10 }, () => failPoint('consumer.handled')))
    expect(all.filter(({ status }) => status === 'rejected')).toHaveLength(1)
  })

  it('waits for the instance that it is armed for', async () => {
    arm('consumer.handling', { action: 'throw', instance: 'catalog#2' })
    await createFailPoints(folder, 'catalog')('consumer.handling')
    expect(existsSync(armedFile(folder, 'consumer.handling'))).toBe(true)
    await expect(createFailPoints(folder, 'catalog#2')('consumer.handling')).rejects.toThrow()
  })

  it('delays, and goes on', async () => {
    arm('migrate.applied', { action: 'delay', ms: 120 })
    const began = performance.now()
    await createFailPoints(folder, 'catalog')('migrate.applied')
    expect(performance.now() - began).toBeGreaterThan(110)
  })

  it('does nothing where none are asked for', async () => {
    arm('request.answering', { action: 'throw' })
    await createFailPoints(undefined, 'catalog')('request.answering')
    expect(existsSync(armedFile(folder, 'request.answering'))).toBe(true)
  })
})

describe('what a fault test may ask for', () => {
  it.each(['MARQUEE_FAULT_POINTS', 'MARQUEE_FAULT_CLOCK'])('%s is refused in production', (name) => {
    const value = name === 'MARQUEE_FAULT_CLOCK' ? 'catalog:1000' : folder
    expect(() => readFaults({ NODE_ENV: 'production', [name]: value })).toThrow(name)
    expect(() => readFaults({ NODE_ENV: 'production', [name]: '' })).not.toThrow()
    expect(() => readFaults({ [name]: value })).not.toThrow()
  })

  it.each([
    ['catalog', 1000],
    ['catalog#2', 1000],
    ['reviews', 0],
  ])('a clock of catalog moves that of %s by %i ms', (INSTANCE, clockAheadMs) => {
    expect(readFaults({ INSTANCE, MARQUEE_FAULT_CLOCK: 'catalog:1000' })).toMatchObject({ clockAheadMs })
  })

  it('a clock of one instance moves no other', () => {
    const ask = (INSTANCE: string) =>
      readFaults({ INSTANCE, MARQUEE_FAULT_CLOCK: 'catalog#2:-5' }).clockAheadMs
    expect([ask('catalog#2'), ask('catalog'), ask('catalog#3')]).toEqual([-5, 0, 0])
    expect(() => readFaults({ MARQUEE_FAULT_CLOCK: 'an hour' })).toThrow('MARQUEE_FAULT_CLOCK')
  })
})

describe('a clock that is ahead', () => {
  const RealDate = Date
  afterEach(() => {
    globalThis.Date = RealDate
  })

  it('is ahead for whoever asks the time, and reads given times as they are', () => {
    const hour = 3_600_000
    const setClock = installClock()
    setClock(hour)
    const ahead = (ms: number) => Math.abs(ms - RealDate.now() - hour)
    expect(ahead(Date.now())).toBeLessThan(1000)
    expect(ahead(Date.parse(new Date().toISOString()))).toBeLessThan(1000)
    expect(ahead(Date.parse(Date()))).toBeLessThan(2000)
    expect(new Date(5).getTime()).toBe(5)
    expect(new Date('2026-01-02').toISOString()).toBe('2026-01-02T00:00:00.000Z')
    expect(Date.UTC(2026, 0)).toBe(RealDate.UTC(2026, 0))
    expect(new Date() instanceof Date && new RealDate() instanceof Date).toBe(true)
    setClock(0)
  })

  it('is set while a file says so', async () => {
    const asked: number[] = []
    writeFileSync(clockFile(folder), 'catalog#2:-5000')
    followClock(folder, 'catalog#2', (ms) => asked.push(ms), 7)
    followClock(folder, 'catalog', (ms) => asked.push(ms * 1000), 0)
    while (new Set(asked).size < 2) await delay(10)
    expect(new Set(asked)).toEqual(new Set([-5000, 0]))
    rmSync(clockFile(folder))
    while (!asked.includes(7)) await delay(10)
  })
})

describe('a collection', () => {
  it('is done once for each new text in the file', async () => {
    let collected = 0
    followCollect(folder, () => collected++)
    const looked: number[] = []
    for (const n of [1, 2, 3]) {
      writeFileSync(collectFile(folder), String(n))
      while (collected < n) await delay(10)
      looked.push(collected)
    }
    expect(looked).toEqual([1, 2, 3])
  })

  it('frees what nothing refers to any more', async () => {
    const held = new WeakRef({})
    followCollect(folder)
    writeFileSync(collectFile(folder), 'now')
    while (held.deref() !== undefined) await delay(10)
  })
})
