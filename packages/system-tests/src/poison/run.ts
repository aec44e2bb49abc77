import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readRunFile, startPlatform } from '../lifecycle/start-platform.js'
import type { PoisonReport } from './poison.js'

const usage = `pnpm poison [--count n] [--json]
Puts n (10,000) messages into each topic by Kafka's own console producer, half of them poison, half duplicates of events that are there.
Then every poison must have its dead letter, nothing else one, no store may have changed, and all apps must be ready.
Of the platform that runs on MARQUEE_DATA, which nobody else may use meanwhile; without, of one that it starts and removes.
Exit codes: 0 all is as it must be, 1 something is not, 2 wrong usage.`

function options() {
  try {
    const { values } = parseArgs({
      options: {
        count: { type: 'string', default: '10000' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (/^[1-9]\d{0,6}$/.test(values.count) && !values.help) return values
  } catch {
    // Told below.
  }
  console.error(usage)
  process.exit(process.argv.includes('--help') ? 0 : 2)
}

function print({ topics, figures, ...report }: PoisonReport): void {
  console.table(topics.map(({ examples: _, ...row }) => row))
  for (const { topic, examples } of topics) if (examples.length > 0) console.log(topic, examples)
  console.log(
    `put in ${report.putSeconds} s; nothing left to do ${report.drainSeconds} s after the last; ` +
      `${figures.differing} of ${figures.compared} figures differ; ops reconcile exits with ${report.reconcile.after} ` +
      `(before: ${report.reconcile.before}); not ready: ${report.notReady.join(', ') || 'none'}`,
  )
  for (const example of figures.examples) console.log(example)
}

const { count, json } = options()
const given = process.env.MARQUEE_DATA
const started =
  given !== undefined && (await readRunFile(given)) !== undefined
    ? undefined
    : await startPlatform({ env: { MARQUEE_LIMIT_RATE_PER_SECOND: '100000' } })
// Where the platform is, is read when the module is.
if (started) process.env.MARQUEE_DATA = started.dataDir
try {
  const { poison } = await import('./poison.js')
  const report = await poison(Number(count))
  if (!json) print(report)
  console.log(JSON.stringify(report))
  mkdirSync('.data', { recursive: true })
  writeFileSync(join('.data', 'poison.json'), JSON.stringify(report, null, 2))
  process.exitCode = report.passed ? 0 : 1
} finally {
  await started?.end()
}
