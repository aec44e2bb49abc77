const dayMs = 86_400_000

export interface AirPlan {
  count: number
  /** `YYYY-MM-DD`. */
  start: string
  /** The day of the last one; null: all came on one day; undefined: nobody says. */
  end: string | null | undefined
  /** Of the week, 0 is Sunday; none: that of the start. */
  weekdays: readonly number[]
}

/**
 * On which days the episodes aired, one after the other. One episode a day, on the days of the week that are named, from the start
 * on. Where that would end too late, several came on a day: they are spread evenly over the days that there are. Breaks are not
 * known, so a title with a break ends early by this count.
 */
export function airDays({ count, start, end, weekdays }: AirPlan): string[] {
  if (end === null) return Array.from({ length: count }, () => start)
  const first = Date.parse(start)
  const on = new Set(weekdays.length > 0 ? weekdays : [new Date(first).getUTCDay()])
  const last = end === undefined ? Number.POSITIVE_INFINITY : Date.parse(end)
  // A premiere may be on another day than the rest.
  const days = [first]
  for (let at = first + dayMs; days.length < count && at <= last; at += dayMs)
    if (on.has(new Date(at).getUTCDay())) days.push(at)
  return Array.from({ length: count }, (_, n) => {
    const day = days[Math.floor((n * days.length) / count)] ?? first
    return new Date(day).toISOString().slice(0, 10)
  })
}
