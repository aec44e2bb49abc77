import { failingWords } from './failing.js'
import type { ReplicationNames } from './names.js'
import { comparedNames, publishedNames } from './published.js'
import { checksumText, type Sum, sameSum } from './rows-store.js'
import type { Status } from './status.js'

const sumJson = (sum: Sum | undefined) => (sum ? { rows: sum.rows, checksum: checksumText(sum) } : null)
const seconds = (from: Date | null | undefined, to: Date | null | undefined) =>
  from && to ? Math.max(0, (to.getTime() - from.getTime()) / 1000) : null

/** How far the replica is behind: bytes of the log, seconds between the heartbeats of both sides, and the age of what it has. */
function lagOf({ primary, replica }: Status) {
  const [here, there] = [primary.up ? primary.heartbeatAt : null, replica.up ? replica.heartbeatAt : null]
  return {
    bytes: primary.up ? (primary.slot?.behindBytes ?? null) : null,
    seconds: seconds(there, here),
    ageSeconds: seconds(there, replica.up ? replica.now : null),
    heartbeatAt: { primary: here, replica: there },
  }
}

/** Figures are null where a server is down or a thing is missing; times are UTC. Never the password in the connection. */
export function statusJson(status: Status, names: ReplicationNames) {
  const { primary, replica, state, failing } = status
  const subscription = replica.up ? replica.subscription : null
  return {
    following: state === 'following',
    state,
    words: summary(status, names),
    primary: primary.up ? { up: true } : primary,
    replica: replica.up ? { up: true } : replica,
    lag: lagOf(status),
    slot: primary.up && primary.slot ? { name: names.slot, ...primary.slot } : null,
    subscription: subscription && {
      name: names.subscription,
      enabled: subscription.enabled,
      worker: subscription.worker,
      position: subscription.position,
      errors: subscription.errors,
      failing,
    },
    tables: publishedNames.map((table) => {
      const [one, other] = [primary.up && primary.sums[table], replica.up && replica.sums[table]]
      return {
        table,
        state: subscription?.tables[table] ?? null,
        primary: sumJson(one || undefined),
        replica: sumJson(other || undefined),
        equal: one && other ? sameSum(one, other) : null,
      }
    }),
  }
}

const unit = (bytes: number | null) => {
  if (bytes === null) return 'unknown'
  return bytes < 10_000 ? `${bytes} bytes` : `${(bytes / 1_048_576).toFixed(1)} MB`
}

/** One or two sentences; of a stopped one, with the cure. */
function summary(status: Status, names: ReplicationNames): string {
  const { state, primary, replica } = status
  const start = 'Start it; replication goes on by itself.'
  if (!primary.up && !replica.up)
    return `Neither server can be asked. Primary: ${primary.down}. Replica: ${replica.down}.`
  if (!replica.up)
    return `The replica cannot be asked: ${replica.down}. ${start} The primary keeps ${unit(primary.up ? (primary.slot?.retainedBytes ?? 0) : 0)} of its log for it.`
  if (state === 'missing')
    return replica.subscription
      ? `The slot ${names.slot} is gone from the primary. Run \`replication resync\`.`
      : 'Replication is not set up. Run `replication setup`.'
  if (primary.up && primary.slot?.walStatus === 'lost')
    return 'The replica was away for so long that the primary dropped the log it needs. Run `replication resync`.'
  if (state === 'stopped')
    return `The replica is ${status.failing ? failingWords(names, status.failing) : `stopped by an error, or by a person.\nOn the replica: ALTER SUBSCRIPTION ${names.subscription} ENABLE;`}`
  if (!primary.up) return `The primary cannot be asked: ${primary.down}. ${start}`
  if (state === 'waiting')
    return 'The replica is not connected to the primary; it tries again every few seconds.'
  if (state === 'following') return 'The replica follows the primary.'
  return 'The replica takes its first copy; `replication setup` shows how far it is.'
}

const figures = (sum: Sum | undefined) => (sum ? `${sum.rows} ${checksumText(sum)}` : 'unknown')

function tableLines({ primary, replica }: Status): string[] {
  const tables = replica.up ? replica.subscription?.tables : undefined
  const line = (table: string, state: string, one: string, other: string, verdict: string) =>
    `${table.padEnd(20)}${state.padEnd(13)}${one.padStart(26)}${other.padStart(28)}  ${verdict}`.trimEnd()
  return [
    line('table', 'state', 'primary: rows, checksum', 'replica: rows, checksum', ''),
    ...comparedNames.map((name) => {
      const one = primary.up ? primary.sums[name] : undefined
      const other = replica.up ? replica.sums[name] : undefined
      const verdict = one && other ? (sameSum(one, other) ? 'equal' : 'differs now') : ''
      return line(name, tables?.[name] ?? 'unknown', figures(one), figures(other), verdict)
    }),
  ]
}

/** For people, line by line. */
export function statusWords(status: Status, names: ReplicationNames): string {
  const { primary, replica } = status
  const { bytes, seconds: behind, ageSeconds } = lagOf(status)
  const slot = primary.up ? primary.slot : null
  const subscription = replica.up ? replica.subscription : null
  const inSeconds = (value: number | null) => (value === null ? 'unknown' : `${value.toFixed(1)} s`)
  const lines = [
    summary(status, names),
    '',
    `lag            ${unit(bytes)}, ${inSeconds(behind)} by the heartbeat`,
    `age            ${inSeconds(ageSeconds)} since the newest heartbeat that the replica has`,
  ]
  if (slot)
    lines.push(
      `slot           ${names.slot}: ${slot.active ? 'in use' : 'not in use'}, log ${slot.walStatus ?? 'unknown'}, ${unit(slot.retainedBytes)} kept`,
    )
  if (subscription)
    lines.push(
      `subscription   ${names.subscription}: ${subscription.enabled ? 'on' : 'off'}, ${subscription.worker ? 'connected' : 'not connected'}, errors: ${subscription.errors.apply} while following, ${subscription.errors.sync} while copying`,
    )
  lines.push('', ...tableLines(status))
  if (lines.some((line) => line.endsWith('differs now')))
    lines.push(
      '',
      'What differs now may be on its way: `replication verify` waits for it, and names what stays.',
    )
  return lines.join('\n')
}
