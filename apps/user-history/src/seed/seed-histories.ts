import { type Pool, transaction } from '@marquee/postgres'
import { byPopularity, catalogIds, type Progress, type SeedUser, seedUsers } from '@marquee/seed'
import type { HttpClient } from '@marquee/service-kit'
import { ensureMonths } from '../partitions/ensure-months.js'
import { type Candidate, createCandidates, drawPerson, historyDays } from './draw-person.js'
import { dayMs, type SeedTitle } from './draw-sittings.js'
import { fetchTitles } from './fetch-titles.js'
import { writeHistories } from './history-store.js'
import type { PersonHistory } from './person-history.js'
import {
  analyze,
  claimPeople,
  publishedTitles,
  readTitles,
  seededUsers,
  titlesWithEpisodes,
  writePeople,
} from './seed-store.js'

export interface SeedServers {
  primary: Pool
  /** Null where it is left out; its partitions are then made by the job. */
  replica: Pool | null
  /** Null where the catalogue does not run: then the titles are those whose events came. */
  catalog: Pick<HttpClient, 'get'> | null
}
export interface SeedOptions {
  users: number
  seed: number
  /** Midnight UTC, where histories end. */
  today: Date
  progress(label: string, total: number): Progress
  /** People per transaction. */
  batch?: number
}
export interface SeedReport {
  users: number
  /** People who were given a history now, possibly an empty one; who had one, or one of their own. */
  added: number
  unchanged: number
  titles: number
  plays: number
  reports: number
}

/**
 * Gives made-up people a year of history until today. What a person has watched follows from the seed, the person's place and what the
 * catalogue has; it is written with its figures in one transaction and marked, so that a second run changes nothing, a larger size adds
 * the rest, and a run that was killed is completed by the next.
 */
export async function seedHistories(servers: SeedServers, options: SeedOptions): Promise<SeedReport> {
  const { users, seed, today, batch = 250 } = options
  const { primary } = servers
  const done = await seededUsers(primary, seed)
  const people = seedUsers(users, seed).map((user, index) => ({ user, index }))
  const missing = people.filter(({ user }) => !done.has(user.id))
  const report = { users, added: 0, unchanged: users - missing.length, titles: 0, plays: 0, reports: 0 }
  if (missing.length === 0) return report

  const popular = await popularTitles(servers, options)
  report.titles = popular.length
  const from = new Date(+today - historyDays * dayMs)
  for (const table of ['user_watch_history', 'content_analytics'] as const)
    await ensureMonths(servers, table, from, today)

  const candidate = createCandidates(popular, seed)
  const progress = options.progress('people', missing.length)
  let underWay: Promise<void> = Promise.resolve()
  for (let start = 0; start < missing.length; start += batch) {
    const chosen = missing.slice(start, start + batch).map(({ user, index }) => candidate(user, index))
    const histories = await drawAll(primary, chosen, today)
    // One batch is written while the next is drawn.
    await underWay
    underWay = addMissing(primary, seed, chosen, histories, report).then(() =>
      progress.at(start + chosen.length),
    )
    underWay.catch(() => undefined)
  }
  await underWay
  progress.end()
  await analyze(primary)
  return report
}

/** Published titles with episodes; first those that only the catalogue knows are asked for. */
async function popularTitles(
  { primary, catalog }: SeedServers,
  { seed, progress }: SeedOptions,
): Promise<string[]> {
  const ids = catalog ? await catalogIds(catalog) : [...(await publishedTitles(primary))]
  const known = await titlesWithEpisodes(primary)
  const unknown = ids.filter((id) => !known.has(id))
  if (!catalog || unknown.length === 0) return byPopularity(ids, seed).filter((id) => known.has(id))
  const shown = progress('titles', unknown.length)
  await fetchTitles({ primary, catalog }, unknown, (n) => shown.at(n))
  shown.end()
  const all = await titlesWithEpisodes(primary)
  return byPopularity(ids, seed).filter((id) => all.has(id))
}

async function drawAll(primary: Pool, chosen: readonly Candidate[], today: Date): Promise<PersonHistory[]> {
  const ids = [...new Set(chosen.flatMap(({ titleIds }) => titleIds))]
  const titles: Map<string, SeedTitle> = await readTitles(primary, ids)
  return chosen.map((one) => drawPerson(one, titles, today))
}

async function addMissing(
  primary: Pool,
  seed: number,
  chosen: readonly Candidate[],
  histories: readonly PersonHistory[],
  report: SeedReport,
): Promise<void> {
  const users: SeedUser[] = chosen.map(({ user }) => user)
  const written = await transaction(primary, async (tx) => {
    const fresh = await claimPeople(
      tx,
      seed,
      users.map(({ id }) => id),
    )
    await writePeople(tx, users)
    const wanted = histories.filter(({ userId }) => fresh.has(userId))
    await writeHistories(tx, wanted)
    return wanted
  })
  report.added += written.length
  report.unchanged += chosen.length - written.length
  for (const { sessions, titles } of written) {
    report.plays += sessions.length
    report.reports += titles.reduce((sum, title) => sum + title.reports.length, 0)
  }
}
