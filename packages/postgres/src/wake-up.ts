import pg from 'pg'
import type { Pool } from './pool.js'

export const wakeUpChannel = 'outbox'

/**
 * Waits for NOTIFY of writers on a connection of its own. It is a hint: while the connection is lost, waiting is polling, and
 * the next wait tries to connect again.
 */
export function createWakeUp(pool: Pool) {
  let listener: pg.Client | undefined
  let connecting = false
  let closed = false
  let woken = false
  let wake: (() => void) | undefined

  const listen = async () => {
    if (listener || connecting || closed) return
    connecting = true
    const client = new pg.Client(pool.options as pg.ClientConfig)
    const drop = () => {
      if (listener === client) listener = undefined
    }
    client.on('error', drop)
    client.on('end', drop)
    client.on('notification', () => {
      woken = true
      wake?.()
    })
    try {
      await client.connect()
      await client.query(`LISTEN ${wakeUpChannel}`)
      if (closed) await client.end()
      else listener = client
      // What was written before we listened made no sound.
      woken = true
      wake?.()
    } catch {
      client.end().catch(() => {})
    } finally {
      connecting = false
    }
  }

  return {
    /** Resolves when something may have been written, at the latest after `ms` (200 ms while not listening). */
    async wait(ms: number): Promise<void> {
      void listen()
      if (!woken && !closed) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, listener ? ms : Math.min(ms, 200))
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
      wake = undefined
      woken = false
    },
    async close(): Promise<void> {
      closed = true
      wake?.()
      await listener?.end()
    },
  }
}
