import { AppTrace } from '@marquee/contracts'
import type { Config } from '../../config.js'
import { runCaptured } from '../../platform/run-tool.js'
import { exitCodes } from '../../problem.js'
import { appTool } from '../app-commands.js'
import { type FoundInKafka, findInKafka } from './trace-kafka.js'
import { type AppAnswers, type TracedApp, tracedEvents } from './trace-rules.js'
import { traceText } from './trace-text.js'

const tracedApps: readonly TracedApp[] = ['catalog', 'trending', 'user-history', 'reviews']

/**
 * One event, or the latest 20 about a subject, through outbox, topic, dead letters, inbox and effect. Exit code 1 when nobody knows it.
 * As JSON: `{ id, events: [...], effects: [...], unanswered: [app] }`; `effects` are those of the id as a subject.
 */
export async function trace(config: Config, id: string, { json }: { json?: boolean }): Promise<number> {
  const found = await findInKafka(config, id)
  const apps = await askApps(config, idsToAsk(id, found))
  // A fact that Kafka does not have yet names its subject only in its outbox.
  const subjects = Object.values(apps).flatMap(({ outbox }) =>
    outbox.filter((row) => row.id === id).map(({ subject }) => subject),
  )
  const answers =
    found.events.length === 0 && subjects.length > 0 ? await askApps(config, [id, ...subjects]) : apps
  const events = tracedEvents(id, found, answers)
  const effects = Object.entries(answers).flatMap(([app, { effects }]) =>
    effects
      .filter((effect) => effect.subject === id && hasSomething(effect))
      .map((effect) => ({ app, ...effect })),
  )
  const unanswered = tracedApps.filter((app) => !answers[app])
  const nothing = events.length === 0 && effects.length === 0
  if (json) console.log(JSON.stringify({ id, events, effects, unanswered }))
  else if (!nothing) console.log(traceText(id, { events, effects }))
  if (unanswered.length > 0)
    console.error(`Not asked, because they could not answer: ${unanswered.join(', ')}.`)
  if (nothing)
    console.error(
      `Nobody knows ${id}: no outbox, no topic, no dead letter, no inbox, and nothing is made of it.`,
    )
  return nothing ? exitCodes.failed : exitCodes.ok
}

const hasSomething = ({ version, state }: AppTrace['effects'][number]): boolean =>
  version !== null ? version > 0 : Object.values(state).some((value) => value !== 0)

const idsToAsk = (id: string, { events, letters }: FoundInKafka): string[] => {
  const named = events.flatMap((event) => [event.id, event.subject, event.person ?? event.id])
  return [...new Set([id, ...named, ...letters.flatMap(({ subject }) => subject ?? [])])]
}

/** An app whose store does not answer is left out: the others still tell. */
async function askApps(config: Config, ids: readonly string[]): Promise<AppAnswers> {
  const told = await Promise.all(
    tracedApps.map(async (app) => {
      const { exitCode, stdout } = await runCaptured(
        await appTool(config, app, ['trace', '--json', '--', ...ids]),
      )
      return exitCode === 0 ? { [app]: AppTrace.parse(JSON.parse(stdout)) } : {}
    }),
  )
  return Object.assign({}, ...told) as AppAnswers
}
