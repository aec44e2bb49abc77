import { describe, expect, it } from '@jest/globals'
import { readColumns } from './drama-columns.js'
import { airDays } from './drama-episodes.js'
import { mapDrama } from './drama-rules.js'
import {
  readCount,
  readDay,
  readDuration,
  readRating,
  readSpan,
  readWeekdays,
  readWords,
} from './drama-values.js'

const headers = [
  ...[
    'Title',
    'Genre',
    'Synopsis',
    'Episodes',
    'Duration',
    'Start_date',
    'End_date',
    'Day_aired',
    'Score',
    'Main Role',
    'Rank',
  ],
]
const columns = readColumns(headers)
const context = { source: 'test', headers, columns, origin: 'korean' as const, today: '2026-01-10' }
const values = {
  ...{
    Title: 'Winter Tide',
    Genre: 'Romance, Thriller',
    Synopsis: 'A coast.',
    Episodes: '4',
    Duration: '62',
  },
  ...{ Start_date: '11/3/2025', End_date: '11/11/2025', Day_aired: 'Monday, Tuesday', Score: '8.7' },
  ...{ 'Main Role': 'Han Seo, Lin Wei', Rank: '1' },
}
const map = (more: Partial<Record<keyof typeof values, string>> = {}, today = context.today) =>
  mapDrama(Object.values({ ...values, ...more }), { ...context, today })
const titleOf = (more?: Partial<Record<keyof typeof values, string>>, today?: string) => {
  const mapped = map(more, today)
  if (mapped.kind !== 'title') throw new Error(mapped.reasons.join())
  return mapped
}

describe('a row of a list of dramas', () => {
  it('is a title with its parts', () => {
    const { title, dropped } = titleOf()
    expect(title.content).toEqual({
      ...{
        kind: 'series',
        title: 'Winter Tide',
        originalTitle: null,
        description: 'A coast.',
        ageRating: null,
        year: 2025,
      },
      ...{
        origin: 'korean',
        originalLanguage: 'ko',
        airingStatus: 'ended',
        totalEpisodes: 4,
        status: 'published',
      },
    })
    expect(title.slugs[0]).toBe('winter-tide')
    expect(title.parts).toMatchObject({
      ...{ genres: ['Romance', 'Thriller'], cast: ['Han Seo', 'Lin Wei'] },
      rating: { source: 'test', rating: 8.7, votes: null },
    })
    expect(
      title.parts?.episodes.map(({ number, durationSeconds, airDate }) => [number, durationSeconds, airDate]),
    ).toEqual(
      [3, 4, 10, 11].map((day, n) => [n + 1, 3720, `2025-11-${String(day).padStart(2, '0')}T12:00:00.000Z`]),
    )
    expect(dropped).toEqual([{ field: 'Rank', reason: 'not a column of the map' }])
  })

  it.each([
    ['2025-11-02', 'upcoming'],
    ['2025-11-03', 'airing'],
    ['2025-11-11', 'airing'],
    ['2025-11-12', 'ended'],
  ])('on %s is %s', (today, status) => {
    expect(titleOf({}, today).title.content.airingStatus).toBe(status)
  })

  it.each([
    ['a count that is none', { Episodes: 'many' }, 'episodes'],
    ['a count of nothing', { Episodes: '0' }, 'episodes'],
    ['more episodes than can be', { Episodes: '100000' }, 'episodes'],
    ['a duration in words', { Duration: 'long' }, 'duration'],
    ['a day that is none', { Start_date: '2/30/2025' }, 'start'],
    ['an end before the start', { End_date: '11/1/2025' }, 'end'],
    ['a weekday that is none', { Day_aired: 'Someday' }, 'days'],
    ['a rating over ten', { Score: '11' }, 'rating'],
    ['a name too long', { 'Main Role': 'a'.repeat(201) }, 'cast'],
    ['half a surrogate pair in a name', { Genre: '\ud800' }, 'genres'],
  ])('with %s loses that value and says so', (_, more, field) => {
    expect(titleOf(more).dropped.map((drop) => drop.field)).toContain(field)
  })

  it.each([
    ['no title', { Title: '  ' }, 'title'],
    ['a NUL', { Synopsis: 'a\0b' }, 'description'],
    ['a title too long', { Title: 'a'.repeat(501) }, 'longer than 500'],
  ])('with %s is skipped with the reason', (_, more, field) => {
    const mapped = map(more)
    expect(mapped.kind === 'skipped' && mapped.reasons.join()).toContain(field)
  })

  it('with other values than columns is skipped', () => {
    expect(mapDrama(['Winter Tide', 'x'], context)).toMatchObject({ kind: 'skipped', label: 'Winter Tide' })
  })

  it('is known again by list, title and start, whatever else changes', () => {
    const identity = (more: Partial<typeof values>, source = 'test') => {
      const mapped = mapDrama(Object.values({ ...values, ...more }), { ...context, source })
      return mapped.kind === 'title' && mapped.title.identity
    }
    expect(identity({ Score: '1', Rank: '7', Episodes: '9' })).toBe(identity({}))
    for (const more of [{ Title: 'Winter' }, { Start_date: '11/4/2025' }])
      expect(identity(more)).not.toBe(identity({}))
    expect(identity({}, 'another')).not.toBe(identity({}))
  })
})

describe('air days', () => {
  const plan = { start: '2025-11-03', end: undefined, weekdays: [1, 2], count: 4 }
  it.each<[string, Partial<Parameters<typeof airDays>[0]>, string[]]>([
    ['go by the days of the week', {}, ['03', '04', '10', '11']],
    ['go by the day of the start when none is named', { weekdays: [], count: 3 }, ['03', '10', '17']],
    ['begin with a premiere on another day', { weekdays: [4], count: 3 }, ['03', '06', '13']],
    ['are one when the list has no end for it', { end: null, count: 3 }, ['03', '03', '03']],
    ['share days where the end comes early', { end: '2025-11-04' }, ['03', '03', '04', '04']],
    ['are one day when start and end are', { end: '2025-11-03', count: 2 }, ['03', '03']],
    ['do not wait for a late end', { end: '2025-11-25' }, ['03', '04', '10', '11']],
    ['fill uneven shares from the start', { end: '2025-11-04', count: 3 }, ['03', '03', '04']],
  ])('%s', (_, more, days) => {
    expect(airDays({ ...plan, ...more })).toEqual(days.map((day) => `2025-11-${day}`))
  })
})

describe('values', () => {
  it.each([
    ['5/14/2021', '2021-05-14'],
    ['10-Jun-17', '2017-06-10'],
    ['1-Feb-98', '1998-02-01'],
    ['May 14, 2021', '2021-05-14'],
    ['September 1, 2021', '2021-09-01'],
    ['2024-02-29', '2024-02-29'],
    ['2023-02-29', null],
    ['14/5/2021', null],
    ['0/1/2021', null],
    ['1/1/0000', null],
    ['1/1/9999', null],
    ['Foo 1, 2021', null],
    ['soon', null],
  ])('the day %s is %s', (text, day) => expect(readDay(text)).toBe(day))

  it.each([
    ['52', 3120],
    ['52 min.', 3120],
    ['1 hr. 10 min.', 4200],
    ['2 hr.', 7200],
    ['1 hour 5 minutes', 3900],
    ['0', null],
    ['', null],
    ['-5', null],
    ['1e3', null],
    ['99 hr.', null],
    ['long', null],
  ])('the duration %s is %s seconds', (text, seconds) => expect(readDuration(text)).toBe(seconds))

  it.each([
    ['64,103', 64_103],
    ['16', 16],
    ['0', null],
    ['1,2', null],
    ['1.5', null],
    ['-1', null],
    ['1e9', null],
  ])('the count %s is %s', (text, count) => expect(readCount(text, 1_000_000)).toBe(count))

  it('are read from what lists write', () => {
    expect(readSpan('May 14, 2021 - Jun 1, 2021')).toEqual(['2021-05-14', '2021-06-01'])
    expect(readSpan('May 14, 2021')).toEqual(['2021-05-14', undefined])
    expect([readRating('8.666'), readRating('10'), readRating('0'), readRating('NaN')]).toEqual([
      8.67,
      10,
      null,
      null,
    ])
    expect(readWords(' Romance,  romance , Slice  of Life,,')).toEqual(['Romance', 'Slice of Life'])
    expect(readWeekdays('Sunday, Saturday')).toEqual([0, 6])
  })
})

describe('columns', () => {
  it('are found by their usual names, and by those that the operator gives', () => {
    expect(columns).toMatchObject({ title: 0, genres: 1, start: 5, cast: 9, rating: 8 })
    expect(readColumns(['A', 'B', 'Genre'], 'title=B,tags=A')).toEqual({ title: 1, tags: 0, genres: 2 })
    expect(readColumns(['ID', 'Title'], 'id=ID')).toEqual({ id: 0, title: 1 })
  })

  it.each([
    ['no title', ['A'], ''],
    ['a column that is not there', ['Title'], 'genres=Genre'],
    ['a field that is not known', ['Title'], 'director=Title'],
    ['no field', ['Title'], 'Title'],
    ['a field of every object', ['Title'], '__proto__=Title'],
  ])('with %s are refused', (_, names, given) => {
    expect(() => readColumns(names, given)).toThrow(/column|--map/)
  })
})
