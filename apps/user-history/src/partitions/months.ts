/** A calendar month, UTC. */
export interface Month {
  /** `2026-03`; sorts by time. */
  name: string
  /** Its first day, and that of the next month: `2026-03-01`. */
  from: string
  to: string
}

const two = (n: number) => String(n).padStart(2, '0')
const named = (index: number) => `${Math.floor(index / 12)}-${two((index % 12) + 1)}`
const indexOf = (at: Date) => at.getUTCFullYear() * 12 + at.getUTCMonth()

const month = (index: number): Month => ({
  name: named(index),
  from: `${named(index)}-01`,
  to: `${named(index + 1)}-01`,
})

/** Every month that holds an instant from `from` to `to`, both included. @throws RangeError for years PostgreSQL does not print in four digits, or a range turned round */
export function monthsBetween(from: Date, to: Date): Month[] {
  const [first, last] = [indexOf(from), indexOf(to)]
  if (!(first >= 12_000 && last < 119_988 && from <= to))
    throw new RangeError(`not a range of months: ${String(from)} to ${String(to)}`)
  return Array.from({ length: last - first + 1 }, (_, n) => month(first + n))
}

/** The month of `now` and `ahead` more. */
export function monthsAhead(now: Date, ahead: number): Month[] {
  const first = indexOf(now)
  return Array.from({ length: ahead + 1 }, (_, n) => month(first + n))
}

export const monthNamed = (name: string): Month => {
  const [year, number] = name.split('-').map(Number)
  return month(year! * 12 + number! - 1)
}

/** The names of the months in a bound as PostgreSQL prints it, ISO and UTC; none for a default partition. */
export function monthsOfBound(bound: string): string[] {
  const [, from, to] = /FROM \('(\d{4}-\d\d)[^']*'\) TO \('(\d{4}-\d\d)/.exec(bound) ?? []
  if (!from || !to) return []
  const last = new Date(Date.parse(`${to}-01T00:00:00Z`) - 1)
  return monthsBetween(new Date(`${from}-01T00:00:00Z`), last).map(({ name }) => name)
}
