import { mkdirSync, writeFileSync } from 'node:fs'
import { world } from '@marquee/contracts'
import { request } from 'undici'
import { startPlatform } from '../lifecycle/start-platform.js'
import { type Measured, measure, median, type Side, startBaseline } from './measure.js'

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
  env: { MARQUEE_LIMIT_RATE_PER_SECOND: '1000000', MARQUEE_LIMIT_RATE_BURST: '1000000' },
})
const { api, processes } = platform.run
const own = (app: string) => {
  const url = new URL(api)
  url.port = String(Number(url.port) + { catalog: 1, trending: 4 }[app]!)
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
const settings = { body, headers, target: own('catalog') }
const [bare, plainExpress, proxy, withoutRedis] = await Promise.all(
  ['bare', 'express', 'proxy', 'views'].map((kind) => startBaseline(kind, settings)),
)

const catalogRead: Side = { name: 'catalog', url: own('catalog') + path, pids: pid('catalog') }
const gatewayRead: Side = { name: 'gateway', url: api + path, pids: pid('gateway') }
const side = (name: string, baseline: typeof bare, at = path): Side => ({
  name,
  url: baseline!.url + at,
  pids: [baseline!.pid],
})
const post = (each: Side): Side => ({ ...each, method: 'POST' })

const rows: Row[] = []
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
} finally {
  for (const baseline of [bare, plainExpress, proxy, withoutRedis]) baseline?.stop()
  await platform.end()
}
console.table(rows)
mkdirSync('.data', { recursive: true })
writeFileSync(
  '.data/bench.json',
  JSON.stringify({ rounds, seconds, connections, catalog: platform.run.catalogKind, rows }, null, 2),
)
process.exit(rows.every((row) => row.pass) ? 0 : 1)
