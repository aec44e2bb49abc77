import type { Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { createClosers } from './closers.js'
import type { Logger } from './logger.js'
import { type Answering, latest } from './node-refusals.js'

/** Work beside the requests: relay, consumers, jobs. */
export interface Background {
  name: string
  start?(): Promise<unknown> | unknown
  stop(): Promise<unknown> | unknown
}

export interface LifecycleOptions {
  name: string
  log: Logger
  host: string
  /** 0 takes a free one. */
  port: number
  /** Started in this order once the port is open; stopped in this order after the last request, before the closers. */
  background?: Background[]
  /** Where pools and clients registered their close; closed last, in reverse. */
  closers?: ReturnType<typeof createClosers>
}

/** Of the 10 s until the hard stop, how much the notice and the requests in flight may take. */
const drainMs = 7000
/** Who asks about our health in this rhythm or a faster one hears that we stop before the port closes. */
const askedWithinMs = 2000
const noticeMs = 1000

export function createLifecycle(options: LifecycleOptions, ready: () => Server) {
  const { log } = options
  const connections = new Set<Answering>()
  let server: Server | undefined
  let stopped: Promise<void> | undefined
  let askedAt = Number.NEGATIVE_INFINITY

  async function stop(): Promise<void> {
    log.info({ connections: connections.size }, 'stopping')
    for (const { [latest]: res } of connections) if (res) res.shouldKeepAlive = false
    if (server?.listening) {
      const notice = performance.now() - askedAt < askedWithinMs ? noticeMs : 0
      if (notice > 0) await pause(notice)
      await drain(server, drainMs - notice)
    }
    for (const { name, stop } of options.background ?? []) await quietly(log, name, stop)
    await options.closers?.closeAll()
    log.info('stopped')
    log.flush()
  }

  return {
    stopping: () => stopped !== undefined,
    /** Somebody who would turn away asked whether we are well. */
    asked() {
      askedAt = performance.now()
    },
    /** Answers given from now on tell the client that the connection ends. */
    begin(res: ServerResponse) {
      if (stopped) res.shouldKeepAlive = false
    },
    async listen(): Promise<{ port: number }> {
      server = ready()
      server.on('connection', (socket: Answering) => {
        connections.add(socket)
        socket.on('close', () => connections.delete(socket))
      })
      const port = await open(server, options)
      for (const { start } of options.background ?? []) await start?.()
      log.info({ port, host: options.host }, 'listening')
      return { port }
    },
    stop(): Promise<void> {
      stopped ??= stop()
      return stopped
    },
  }
}

function open(server: Server, { port, host }: LifecycleOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

/** New connections are refused at once; idle ones end; those with a request end with its answer, or hard after `ms`. */
function drain(server: Server, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const sweep = setInterval(() => server.closeIdleConnections(), 50)
    const hard = setTimeout(() => server.closeAllConnections(), ms)
    server.close(() => {
      clearInterval(sweep)
      clearTimeout(hard)
      resolve()
    })
  })
}

async function quietly(log: Logger, name: string, stop: () => unknown): Promise<void> {
  try {
    await stop()
  } catch (err) {
    log.warn({ err, stopping: name }, 'did not stop cleanly')
  }
}
