import type { mongo } from 'mongoose'
import type { Database } from '../database-store.js'

/** While the stream is not there, waiting is polling. */
const pollMs = 200
const awaitMs = 1000

/**
 * Waits for new facts by a change stream. It is a hint: while the stream is lost, waiting is polling, and the next wait opens another.
 */
export function createWakeUp({ connection }: Database) {
  let stream: mongo.ChangeStream | undefined
  let closed = false
  let woken = false
  let wake: (() => void) | undefined
  const nudge = () => {
    woken = true
    wake?.()
  }

  const listen = () => {
    if (stream || closed || !connection.db) return
    const pipeline = [{ $match: { operationType: 'insert' } }, { $project: { _id: 1 } }]
    const opened = connection.db.collection('outbox').watch(pipeline, { maxAwaitTimeMS: awaitMs })
    const drop = () => {
      if (stream !== opened) return
      stream = undefined
      opened.close().catch(() => {})
      nudge()
    }
    opened.on('error', drop)
    opened.on('close', drop)
    opened.on('change', nudge)
    // What was written before it listened made no sound.
    opened.once('init', nudge)
    stream = opened
  }

  return {
    /** Resolves when something may have been written, at the latest after `ms` (200 ms without a stream). */
    async wait(ms: number): Promise<void> {
      listen()
      if (!woken && !closed)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, stream ? ms : Math.min(ms, pollMs))
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      wake = undefined
      woken = false
    },
    async close(): Promise<void> {
      closed = true
      wake?.()
      await stream?.close()
    },
  }
}
