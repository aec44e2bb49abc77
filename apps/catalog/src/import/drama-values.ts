/* How lists of dramas write their values. Each reader answers null for what it cannot read. */

const month = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const formats: readonly [RegExp, (found: string[]) => [year: number, month: number, day: number]][] = [
  [/^(\d{4})-(\d{1,2})-(\d{1,2})$/, ([, y, m, d]) => [Number(y), Number(m), Number(d)]],
  // As Americans write it.
  [/^(\d{1,2})\/(\d{1,2})\/(\d{4})$/, ([, m, d, y]) => [Number(y), Number(m), Number(d)]],
  [/^(\d{1,2})-([a-z]{3})-(\d{2})$/i, ([, d, m, y]) => [century(Number(y)), monthOf(m), Number(d)]],
  [/^([a-z]{3})[a-z]* (\d{1,2}), (\d{4})$/i, ([, m, d, y]) => [Number(y), monthOf(m), Number(d)]],
]
const monthOf = (name = '') => month.indexOf(name.toLowerCase()) + 1
const century = (year: number) => (year < 70 ? 2000 : 1900) + year

/** `YYYY-MM-DD` of 5/14/2021, 10-Jun-17, May 14, 2021 or 2021-05-14. */
export function readDay(text: string): string | null {
  for (const [pattern, parts] of formats) {
    const found = pattern.exec(text.trim())
    if (!found) continue
    const [y, m, d] = parts([...found])
    const date = new Date(Date.UTC(y, m - 1, d))
    const real = date.getUTCFullYear() === y && date.getUTCMonth() === m - 1 && date.getUTCDate() === d
    return real && y >= 1870 && y <= 2200 ? date.toISOString().slice(0, 10) : null
  }
  return null
}

/** Both ends of "May 14, 2021 - Jun 1, 2021"; one day is both. The second is undefined where nothing is said of it. */
export function readSpan(text: string): [from: string | null, to: string | null | undefined] {
  const [from = '', to] = text.split(/ [-–] /)
  return [readDay(from), to === undefined ? undefined : readDay(to)]
}

/** Seconds of "52" (minutes), "52 min." or "1 hr. 10 min.". */
export function readDuration(text: string): number | null {
  const found = /^(?:(\d{1,2})\s*(?:hr|hour)s?\.?)?\s*(?:(\d{1,4})\s*(?:min(?:ute)?s?\.?)?)?$/i.exec(
    text.trim(),
  )
  const seconds = found ? (Number(found[1] ?? 0) * 60 + Number(found[2] ?? 0)) * 60 : 0
  return seconds >= 1 && seconds <= 86_400 ? seconds : null
}

/** A whole number, "64,103" too. */
export function readCount(text: string, most: number): number | null {
  const count = /^\d{1,3}(,?\d{3})*$|^\d{1,9}$/.test(text.trim()) ? Number(text.replaceAll(',', '')) : 0
  return count >= 1 && count <= most ? count : null
}

/** Out of ten, with two digits behind the point at most. */
export function readRating(text: string): number | null {
  const rating = /^\d{1,2}(\.\d+)?$/.test(text.trim()) ? Number(text) : 0
  return rating > 0 && rating <= 10 ? Math.round(rating * 100) / 100 : null
}

/** "Romance, Life": each once, whatever its case, in the order in which they come. */
export function readWords(text: string): string[] {
  const words = text.split(',').map((word) => word.trim().replace(/\s+/g, ' '))
  const seen = new Set<string>()
  return words.filter((word) => word !== '' && !seen.has(word.toLowerCase()) && seen.add(word.toLowerCase()))
}

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
/** Days of the week, 0 is Sunday; none where a word is no day. */
export function readWeekdays(text: string): number[] {
  const days = readWords(text).map((word) => weekdays.indexOf(word.toLowerCase()))
  return days.includes(-1) ? [] : days.toSorted()
}
