import { describe, expect, it } from '@jest/globals'
import { changesOf, leaks } from './judge.js'
import type { Sample } from './sample.js'

const megabyte = 1024 * 1024

/** One process, sampled every minute for 40 minutes, as the functions of the minute say. */
const series = (
  name: string,
  pid: number,
  rss: (minute: number) => number,
  { from = 0, to = 40, descriptors = (_minute: number): number => 50 } = {},
): Sample[] =>
  Array.from({ length: to - from }, (_, n) => ({
    name,
    kind: name === 'kafka' ? ('engine' as const) : ('app' as const),
    pid,
    at: from + n,
    rss: rss(from + n) * megabyte,
    descriptors: descriptors(from + n),
  }))

/** With 8 minutes of warm-up. */
const judged = (...all: Sample[][]) => leaks(changesOf(all.flat(), 40, 8), ['catalog'])

describe('a soak', () => {
  it('forgives what grows in the warm-up, and single heights', () => {
    const steady = (minute: number) => (minute < 8 ? 50 + 10 * minute : minute === 38 ? 400 : 130)
    expect(judged(series('catalog', 1, steady))).toEqual([])
  })

  it('tells of an app whose memory grows by a tenth, and not of an engine', () => {
    const growing = (minute: number) => 100 + minute
    expect(judged(series('catalog', 1, growing), series('kafka', 2, growing))).toEqual([
      'catalog holds +21.4 % more memory',
    ])
  })

  it('tells of descriptors of any process, but for a few', () => {
    const few = (minute: number) => (minute < 20 ? 50 : 60)
    const many = (minute: number) => 50 + 2 * minute
    const flat = () => 100
    expect(
      judged(
        series('catalog', 1, flat, { descriptors: few }),
        series('kafka', 2, flat, { descriptors: many }),
      ),
    ).toEqual(['kafka holds 98 descriptors, 66 before'])
  })

  it('forgives a pool of connections that a fault filled', () => {
    const pool = (minute: number) => ((minute > 20 && minute < 25) || minute > 34 ? 90 : 50)
    expect(judged(series('catalog', 1, () => 100, { descriptors: pool }))).toEqual([])
  })

  it('gives a restarted process a warm-up of its own', () => {
    const anew = (minute: number) => (minute < 18 ? 10 * minute : 180)
    expect(
      judged(
        series('catalog#2', 1, () => 100, { to: 10 }),
        series('catalog#2', 2, anew, { from: 10 }),
      ),
    ).toEqual([])
    expect(judged(series('catalog#2', 2, (minute) => 100 + 2 * minute, { from: 10 }))).toEqual([
      'catalog#2 holds +22.5 % more memory',
    ])
  })

  it('wants one instance of each app that lived for twice its warm-up', () => {
    const restarted = [
      series('catalog#2', 1, () => 100, { to: 26 }),
      series('catalog#2', 2, () => 300, { from: 26 }),
    ]
    expect(judged(...restarted)).toEqual(['no instance of catalog lived long enough to say whether it leaks'])
    expect(
      judged(
        ...restarted,
        series('catalog', 3, () => 100),
      ),
    ).toEqual([])
  })
})
