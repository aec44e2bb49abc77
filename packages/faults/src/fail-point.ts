import { readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** Places between two steps that must both happen or be made good. */
export const failPointNames = [
  /** Facts are claimed and not yet sent. */
  'relay.claimed',
  /** The broker has confirmed them; they are not yet marked. */
  'relay.sent',
  /** An event is about to have its effect. */
  'consumer.handling',
  /** It has had it; its offset is not yet committed. */
  'consumer.handled',
  /** A write has had its effect; its answer is not yet sent. */
  'request.answering',
  /** A migration is applied; the next is not. */
  'migrate.applied',
] as const
export type FailPointName = (typeof failPointNames)[number]

/** What happens there: `kill` and `stop` are SIGKILL and SIGSTOP of the process itself. */
export interface Armed {
  action: 'kill' | 'stop' | 'delay' | 'throw'
  /** Of a delay. */
  ms?: number
  /** Only in this instance, else in whichever comes first. */
  instance?: string
}

/** The file that arms a fail point; renamed to `firedFile` when it fires, so it fires once and can be seen to have. */
export const armedFile = (folder: string, name: FailPointName) => join(folder, name)
export const firedFile = (folder: string, name: FailPointName) => join(folder, `${name}.fired`)

/** Makes the function that code calls at its fail points. Without a folder it does nothing at all. */
export function createFailPoints(folder: string | undefined, instance: string) {
  return async (name: FailPointName): Promise<void> => {
    if (folder === undefined) return
    const armed = take(folder, name, instance)
    if (!armed) return
    if (armed.action === 'kill') process.kill(process.pid, 'SIGKILL')
    if (armed.action === 'stop') process.kill(process.pid, 'SIGSTOP')
    if (armed.action === 'delay') await delay(armed.ms ?? 0)
    if (armed.action === 'throw') throw new Error(`fail point ${name}`)
  }
}

function take(folder: string, name: FailPointName, instance: string): Armed | undefined {
  try {
    const armed = JSON.parse(readFileSync(armedFile(folder, name), 'utf8')) as Armed
    if (armed.instance !== undefined && armed.instance !== instance) return undefined
    // Of two that come at once, one finds it gone.
    renameSync(armedFile(folder, name), firedFile(folder, name))
    return armed
  } catch {
    return undefined
  }
}
