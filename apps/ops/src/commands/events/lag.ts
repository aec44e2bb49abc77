import { consumerGroups } from '@marquee/contracts'
import type { GroupTopic } from '@marquee/events'
import type { Config } from '../../config.js'
import { withKafka } from '../../kafka.js'
import { exitCodes } from '../../problem.js'
import { table } from '../../terminal.js'

/** Groups of ours that nobody is in: no process, or no topic yet. */
export const unattendedGroups = (rows: readonly GroupTopic[]): string[] =>
  Object.keys(consumerGroups).filter((group) => !rows.some((row) => row.group === group && row.members > 0))

/**
 * Every group and topic: who is in it, where it is, where the topic ends. Exit code 1 when a group of ours has no member.
 * As JSON: `{ groups: [...], lag, unattended: [group] }`.
 */
export async function lag(config: Config, { json }: { json?: boolean }): Promise<number> {
  const groups = await withKafka(config, (kafka) => kafka.groups(consumerGroups))
  const unattended = unattendedGroups(groups)
  const behind = groups.reduce((sum, row) => sum + row.lag, 0)
  if (json) console.log(JSON.stringify({ groups, lag: behind, unattended }))
  else console.log(text(groups, behind, unattended))
  return unattended.length === 0 ? exitCodes.ok : exitCodes.failed
}

function text(groups: readonly GroupTopic[], behind: number, unattended: readonly string[]): string {
  const header = ['group', 'topic', 'state', 'members', 'partitions', 'committed', 'end', 'lag']
  const rows = groups.map(({ group, topic, state, members, assigned, partitions, committed, end, lag }) =>
    [group, topic, state, members, `${assigned} of ${partitions}`, committed, end, lag].map(String),
  )
  const nobody = unattended.map((group) => `${group} has no member: nobody does what it is for.`)
  return [table([header, ...rows]), `${behind} messages are not done yet.`, ...nobody].join('\n')
}
