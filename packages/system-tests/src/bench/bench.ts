import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { world } from '@marquee/contracts'
import { request } from 'undici'
import { startPlatform } from '../lifecycle/start-platform.js'
import { type Calls, compareCalls } from './calls.js'
import { continueWatching } from './continue-watching.js'
import { foreignPages } from './foreign-pages.js'
import { type Measured, measure, median, type Side, startBaseline } from './measure.js'
import { reporting } from './progress-writes.js'
import { type Publishing, publishViews } from './publish-views.js'
import { replicaLag } from './replica-lag.js'
import { viewScripts } from './view-scripts.js'
import { viewVisibility } from './view-visibility.js'

const rounds = Number(process.env.MARQUEE_BENCH_ROUNDS ?? 5)
const seconds = Number(process.env.MARQUEE_BENCH_SECONDS ?? 3)
const connections = 16

interface Row {
  case: string
  ratio: number
  must: string
  pass: boolean
  cpu: string
  p50: number
  p99: number
}

/** Both sides in the same minutes on the same cores, taking turns; the ratio is the median of the rounds. */
async function compare(name: string, must: number, ours: Side, baseline: Side): Promise<Row> {
  await measure(ours, 1, connections)
  await measure(baseline, 1, connections)
  const pairs: { ours: Measured; theirs: Measured }[] = []
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? [ours, baseline] : [baseline, ours]
    const results = new Map<Side, Measured>()
    for (const side of order) results.set(side, await measure(side, seconds, connections))
    pairs.push({ ours: results.get(ours)!, theirs: results.get(baseline)! })
  }
  const of = (pick: (pair: (typeof pairs)[number]) => number) => median(pairs.map(pick))
  const ratio = of(({ ours, theirs }) => ours.perSecond / theirs.perSecond)
  return {
    case: name,
    ratio: Number(ratio.toFixed(2)),
    must: `>= ${must}`,
    pass: ratio >= must,
    cpu: `${of(({ ours }) => ours.cpuMicroseconds).toFixed(0)} / ${of(({ theirs }) => theirs.cpuMicroseconds).toFixed(0)} us`,
    p50: of(({ ours }) => ours.p50),
    p99: of(({ ours }) => ours.p99),
  }
}

const platform = await startPlatform({
  env: {
    MARQUEE_LIMIT_RATE_PER_SECOND: '1000000',
    MARQUEE_LIMIT_RATE_BURST: '1000000',
    // Histories of a thousand people: with few, every way to join is a good one.
    MARQUEE_SEED_SIZE: 's',
  },
})
const { api, processes, engines, owners } = platform.run
const own = (app: string) => {
  const url = new URL(api)
  url.port = String(Number(url.port) + { catalog: 1, 'user-history': 2, trending: 4 }[app]!)
  return url.origin
}
const pid = (...names: string[]) => names.map((name) => processes[name]!)
const path = `/api/v1/content/${world.contents.jadeCourt.id}`
const views = `/api/v1/content/${world.contents.lastFerry.id}/views/increment`

const sample = await request(own('catalog') + path)
const body = await sample.body.text()
const headers = Object.fromEntries(
  ['content-type', 'etag', 'cache-control', 'content-language', 'vary'].map((name) => [
    name,
    String(sample.headers[name]),
  ]),
)
const { internalKey } = JSON.parse(readFileSync(join(platform.dataDir, 'secrets.json'), 'utf8'))
const settings = { body, headers, target: own('catalog'), internalKey, databaseUrl: engines.analytics }
const [bare, plainExpress, proxy, withoutRedis, oneUpsert, oneTransaction] = await Promise.all(
  ['bare', 'express', 'proxy', 'views', 'upsert', 'transaction'].map((kind) => startBaseline(kind, settings)),
)

const catalogRead: Side = { name: 'catalog', url: own('catalog') + path, pids: pid('catalog') }
const gatewayRead: Side = { name: 'gateway', url: api + path, pids: pid('gateway') }
const side = (name: string, baseline: typeof bare, at = path): Side => ({
  name,
  url: baseline!.url + at,
  pids: [baseline!.pid],
})
const post = (each: Side): Side => ({ ...each, method: 'POST' })

/** The same of calls that are no single request. */
async function compareEach(name: string, must: number, ours: Calls, theirs: Calls, concurrency: number) {
  const { ratio, p50, p99 } = await compareCalls(ours, theirs, { rounds, seconds, concurrency })
  const row = {
    case: name,
    ratio: Number(ratio.toFixed(2)),
    must: `>= ${Number(must.toFixed(2))}`,
    pass: ratio >= must,
    cpu: '',
    p50,
    p99,
  }
  rows.push(row)
  console.log(`${row.pass ? 'pass' : 'FAIL'}  ${name}: ${row.ratio} (${row.must})`)
}

const get = async (at: string) => {
  const { statusCode, body: answered } = await request(at)
  if (statusCode !== 200) throw new Error(`${at} answered ${statusCode}`)
  return answered.dump()
}

/** Everything of a title in one answer, against asking for its parts one after the other. */
function detailsAgainstParts(): [Calls, Calls] {
  const title = `${api}/api/v1/content/${world.contents.winterTide.id}`
  const trending = `${api}/api/v1/content/trending/daily`
  const parts = [
    `${title}?include=episodes,credits`,
    `${title}/reviews?limit=5`,
    trending,
    `${title}/episodes`,
  ]
  const sequential = async () => {
    for (const part of parts) await get(part)
  }
  return [
    { name: 'details', call: () => get(`${title}/details`) },
    { name: 'four calls', call: sequential },
  ]
}

const rows: Row[] = []

/** The less CPU the better, so the ratio must stay below. */
function addPublishing({ ratio, relay, oneByOne }: Publishing): void {
  const name = 'publishing views in batches / one send per event, CPU'
  const cpu = `${relay.toFixed(0)} / ${oneByOne.toFixed(0)} us`
  const row = {
    case: name,
    ratio: Number(ratio.toFixed(2)),
    must: '<= 0.5',
    pass: ratio <= 0.5,
    cpu,
    p50: 0,
    p99: 0,
  }
  rows.push(row)
  console.log(`${row.pass ? 'pass' : 'FAIL'}  ${name}: ${row.ratio} (${row.must}), CPU ${cpu} per event`)
}
const add = async (...args: Parameters<typeof compare>) => {
  const row = await compare(...args)
  rows.push(row)
  console.log(
    `${row.pass ? 'pass' : 'FAIL'}  ${row.case}: ${row.ratio} (${row.must}), CPU ${row.cpu} per request`,
  )
}
try {
  await add('cached read at the catalogue / bare node:http', 0.45, catalogRead, side('bare', bare))
  await add(
    'cached read at the catalogue / Express res.json',
    2.5,
    catalogRead,
    side('express', plainExpress),
  )
  await add('cached read through the gateway / bare node:http', 0.35, gatewayRead, side('bare', bare))
  await add(
    'cached read through the gateway / Express + http-proxy-middleware',
    3,
    gatewayRead,
    side('proxy', proxy),
  )
  await add(
    'view increment / the same endpoint without Redis',
    0.8,
    post({ name: 'views', url: own('trending') + views, pids: pid('trending') }),
    post(side('views without redis', withoutRedis, views)),
  )
  const reports = (name: string, url: string, pids: number[]) =>
    reporting({ name, url, pids }, internalKey, engines.analytics)
  const progress = await reports('progress', own('user-history'), pid('user-history'))
  const [upsert, alone] = await Promise.all(
    [oneUpsert, oneTransaction].map((each) => reports('baseline', each!.url, [each!.pid])),
  )
  await add('progress writes, 32 clients / one upsert per commit', 2, progress, upsert!)
  await add('progress writes, 32 clients / a transaction for each, which keeps the same', 2, progress, alone!)
  const lists = await continueWatching(own('user-history'), internalKey, engines.analytics)
  await compareEach('continue watching with 2,000 plays / with 20', 1 / 3, lists.many, lists.few, 1)
  const counted = await viewScripts(engines.counters)
  await compareEach('view in one script / MULTI of three commands', 1.8, counted.script, counted.multi, 64)
  await counted.close()
  const publishing = await publishViews(engines.counters, engines.kafka, { rounds, views: 5000 })
  addPublishing(publishing)
  for (const others of [0, 16]) {
    const { p50, p99, perSecond } = await viewVisibility(api, engines.analytics, { views: 300, others })
    console.log(
      `view answered to daily figures, ${others} others: p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms at ${perSecond.toFixed(0)} views/s`,
    )
  }
  for (const concurrency of [1, 16])
    await compareEach(
      `details / four calls one after the other, ${concurrency} at once`,
      1.4,
      ...detailsAgainstParts(),
      concurrency,
    )
  const pages = await foreignPages(engines.catalog, world.viewers.mina.sub)
  await compareEach('history page with titles / history alone', 0.3, pages.page, pages.alone, 1)
  await compareEach('foreign page / plain join', 1, pages.page, pages.plain, 1)
  await compareEach('foreign page / plain join by title', 50, pages.page, pages.byTitle, 1)
  await pages.close()
  const { commit, visible } = await replicaLag(engines.analytics, owners.replica, 300)
  const lag = { p50: visible.p50 / commit.p50, p99: visible.p99 / commit.p99 }
  console.log(
    `replica lag / commit time: p50 ${lag.p50.toFixed(2)} (<= 3), p99 ${lag.p99.toFixed(2)} (<= 10); ` +
      `commit ${commit.p50.toFixed(1)} and ${commit.p99.toFixed(1)} ms`,
  )
} finally {
  for (const baseline of [bare, plainExpress, proxy, withoutRedis, oneUpsert, oneTransaction])
    baseline?.stop()
  await platform.end()
}
console.table(rows)
mkdirSync('.data', { recursive: true })
writeFileSync(
  '.data/bench.json',
  JSON.stringify({ rounds, seconds, connections, catalog: platform.run.catalogKind, rows }, null, 2),
)
process.exit(rows.every((row) => row.pass) ? 0 : 1)
