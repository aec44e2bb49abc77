import { describe, expect, it } from '@jest/globals'
import { compare, type Statements } from './compare.js'
import { createIdSet } from './digest.js'
import { metricsText } from './metrics.js'
import { report, reportText } from './report.js'
import {
  type Figure,
  type Found,
  firstDay,
  isCompared,
  nextRound,
  type Rule,
  rulesFor,
  verdictOf,
} from './rules.js'

const line = (figure: string, key: string, value: string): Figure => ({ figure, key, value })
const source = (...lines: Figure[]) =>
  async function* () {
    yield* lines
  }
const ruleOf = (figure: string, second: Rule['second']): Rule => {
  const rule = rulesFor({ ids: true }).find((one) => one.figure === figure && one.second === second)
  if (!rule) throw new Error(figure)
  return rule
}
const found = (
  compared: number,
  ...differing: [string, string | undefined, string | undefined][]
): Found => ({
  compared,
  differing: new Map(differing.map(([key, first, second]) => [key, [first, second]])),
})

describe('two sources', () => {
  const rule = ruleOf('titles', 'reviews')
  const held = async (statements: Statements, of = rule) => (await compare([of], statements)).get(of)

  it('agree when they say the same, in whatever order, and whatever else they say', async () => {
    const lines = Array.from({ length: 20_000 }, (_, n) => line('titles', `id-${n}`, `${n % 7} published`))
    const statements = {
      catalog: source(...lines),
      reviews: source(line('other', 'x', 'y'), ...lines.toReversed()),
    }
    expect(await held(statements)).toEqual(found(20_000))
  })

  it('differ in a key with another value, and in one that either leaves out', async () => {
    const common = Array.from({ length: 5000 }, (_, n) => line('titles', `id-${n}`, '1 published'))
    const catalog = source(...common, line('titles', 'a', '1 draft'), line('titles', 'b', '2 draft'))
    const reviews = source(line('titles', 'c', '1 draft'), ...common, line('titles', 'b', '3 draft'))
    expect(await held({ catalog, reviews })).toEqual(
      found(5003, ['a', '1 draft', undefined], ['b', '2 draft', '3 draft'], ['c', undefined, '1 draft']),
    )
  })

  it('differ in everything when one says nothing, and are left out when one was not asked', async () => {
    const catalog = source(line('titles', 'a', '1 draft'))
    expect(await held({ catalog, reviews: source() })).toEqual(found(1, ['a', '1 draft', undefined]))
    expect(await held({ catalog })).toBeUndefined()
  })

  it('may know more where the first need only be among the second, under its own name', async () => {
    const authors = ruleOf('review authors', 'user-history')
    const users = source(line('users', 'mina', ''), line('users', 'joon', ''))
    const reviews = source(line('review authors', 'mina', ''), line('review authors', 'nobody', ''))
    expect(await held({ reviews, 'user-history': users }, authors)).toEqual(
      found(2, ['nobody', '', undefined]),
    )
  })

  it('are not held to a figure that one may or may not keep', async () => {
    const ratings = ruleOf('rating by title', 'user-history')
    const reviews = source(line('rating by title', 'a', '2 15'))
    expect(await held({ reviews, 'user-history': source() }, ratings)).toBeUndefined()
    const others = source(line('rating by title', 'a', '2 16'))
    expect(await held({ reviews, 'user-history': others }, ratings)).toEqual(found(1, ['a', '2 15', '2 16']))
  })

  it('are one where nothing may wait', async () => {
    const outbox = ruleOf('outbox', null)
    expect(await held({ catalog: source(line('outbox', 'catalog', '0')) }, outbox)).toEqual(found(1))
    expect(await held({ catalog: source(line('outbox', 'catalog', '3')) }, outbox)).toEqual(
      found(1, ['catalog', '3', '0']),
    )
  })
})

describe('what is asked', () => {
  it('is every equality, and ids of views only when they are wanted', () => {
    const told = (ids: boolean) =>
      rulesFor({ ids }).map(({ figure, first, second }) => [figure, first, second ?? ''].join(' '))
    const ids = 'view ids trending content.viewed'
    expect(told(true).filter((text) => !told(false).includes(text))).toEqual([ids])
    expect(told(false)).toEqual([
      'views by title trending catalog',
      'views by title and day trending user-history',
      'views by title and day trending content.viewed',
      'rating by title reviews catalog',
      'rating by title reviews user-history',
      'titles catalog trending',
      'titles catalog user-history',
      'titles catalog reviews',
      'episodes catalog user-history',
      'review authors reviews user-history',
      'outbox catalog ',
      'outbox trending ',
      'outbox reviews ',
    ])
  })

  it('is of days that every source still has, whole', () => {
    const since = firstDay(new Date('2026-03-31T23:59:59Z'))
    expect(since).toBe('2026-03-02')
    expect(firstDay(new Date('2026-03-31T00:00:00Z'), 1)).toBe('2026-03-01')
    const day = (text: string) => isCompared(line('views by title and day', `id ${text}`, '1'), since)
    expect([day('2026-03-01'), day('2026-03-02'), day('2026-03-31')]).toEqual([false, true, true])
    expect(isCompared(line('views by title', 'id', '1'), since)).toBe(true)
  })
})

describe('round after round', () => {
  const after = (...rounds: Found[]) => {
    let outcome: ReturnType<typeof nextRound> | undefined
    for (const round of rounds) outcome = nextRound(outcome, round)
    return verdictOf(outcome!)
  }

  it('a key counts that stays different and as it is', () => {
    expect(after(found(9, ['a', '1', '2']), found(9, ['a', '1', '2']), found(9, ['a', '1', '2']))).toEqual({
      ...{ compared: 9, differing: 1, moving: 0 },
      examples: [{ key: 'a', said: ['1', '2'], moving: false }],
    })
  })

  it('a key that agreed once is done with, also when it differs again', () => {
    expect(after(found(9, ['a', '1', '2']), found(9), found(9, ['a', '3', '2']))).toMatchObject({
      ...{ differing: 0, moving: 0, examples: [] },
    })
    expect(after(found(9, ['a', '1', '2']), found(9, ['b', '1', '2']))).toMatchObject({
      differing: 0,
      moving: 0,
    })
  })

  it('a key that moved until the last two rounds counts as moving; one that stopped moving as differing', () => {
    const moved = [found(9, ['a', '1', '2']), found(9, ['a', '2', '3'])]
    expect(after(...moved)).toMatchObject({ differing: 0, moving: 1, examples: [{ key: 'a', moving: true }] })
    expect(after(...moved, found(9, ['a', '2', '3']))).toMatchObject({ differing: 1, moving: 0 })
    expect(after(found(9, ['a', '1', undefined]), found(9, ['a', '1', '1x']))).toMatchObject({ moving: 1 })
  })

  it('shows 20 at most, those that stay first', () => {
    const keys = (n: number, value: string) =>
      found(
        99,
        ...Array.from({ length: 30 }, (_, i): [string, string, string] => [
          `k${i}`,
          i < n ? value : '0',
          'x',
        ]),
      )
    const { examples, differing, moving } = after(keys(15, '1'), keys(15, '2'))
    expect([differing, moving, examples.length]).toEqual([15, 15, 20])
    expect(examples.findIndex((one) => one.moving)).toBe(15)
  })
})

describe('a set of ids', () => {
  it('knows each text once, also when it has grown many times', () => {
    const set = createIdSet(4)
    for (let n = 0; n < 50_000; n++) if (!set.add(`id ${n}`)) throw new Error(String(n))
    for (let n = 0; n < 50_000; n++) if (set.add(`id ${n}`) || !set.has(`id ${n}`)) throw new Error(String(n))
    expect(set.has('id 50000')).toBe(false)
    expect(set.size()).toBe(50_000)
  })
})

describe('the report', () => {
  const own = (differing: number, agrees: boolean) => ({
    checks: [{ name: 'votes', compared: 3, differing, examples: differing ? [{ id: 'r' }] : [] }],
    agrees,
  })
  const rounds = (differing: number, outcome: Found) => ({
    own: {
      catalog: own(0, true),
      trending: own(0, true),
      reviews: own(differing, !differing),
      'user-history': own(0, true),
    },
    outcomes: new Map([[ruleOf('views by title', 'catalog'), nextRound(undefined, outcome)]]),
    rounds: 2,
  })

  it('is a table with what differs below, and the same for scripts and for Prometheus', () => {
    const told = report(rounds(1, found(4, ['title', '5', undefined])))
    expect(told).toMatchObject({ agrees: false, rounds: 2 })
    expect(told.checks[0]).toEqual({
      ...{ name: 'views by title', between: ['trending', 'catalog'], compared: 4, differing: 1, moving: 0 },
      examples: [{ key: 'title', trending: '5', catalog: null }],
    })
    const text = reportText(told)
    expect(text.split('\n')[0]).toMatch(/^check +between +compared +differing$/)
    expect(text).toContain('{"key":"title","trending":"5","catalog":null}')
    expect(text).toContain('votes (reviews):\n  {"id":"r"}')
    expect(text).toMatch(/THE PLATFORM DOES NOT RECONCILE, after 2 rounds$/)
    expect(metricsText({ ...told, at: '2026-01-01T00:00:00.000Z' })).toContain(
      [
        '# TYPE marquee_reconcile_difference gauge',
        'marquee_reconcile_difference{check="views by title: trending, catalog"} 1',
        'marquee_reconcile_difference{check="votes: catalog"} 0',
      ].join('\n'),
    )
    expect(metricsText({ ...told, at: '2026-01-01T00:00:00.000Z' })).toMatch(
      /\nmarquee_reconcile_timestamp_seconds 1767225600\n$/,
    )
  })

  it('agrees when nothing differs and nothing moves', () => {
    const told = report(rounds(0, found(4)))
    expect(told.agrees).toBe(true)
    expect(reportText(told)).toMatch(/everything agrees$/)
  })
})
