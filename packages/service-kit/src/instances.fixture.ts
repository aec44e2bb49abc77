import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/** An instance of an app, as its callers see it. */
export interface StubInstance {
  origin: string
  /** Requests that reached it, looks left out. */
  seen: string[]
  /** Of one request; the looks are answered apart. */
  answer: (req: IncomingMessage, res: ServerResponse) => void
  /** Takes connections and answers nothing, not even a look. */
  freeze(): void
  /** Answers everything that came meanwhile. */
  thaw(): void
  /** Answers, and says with it that it is about to stop. */
  beginToStop(): void
  /** As a killed process: connections break, new ones are refused. */
  kill(): Promise<void>
  /** A fresh process at the same address. */
  start(): Promise<void>
}

export async function stubInstance(): Promise<StubInstance> {
  let frozen: (() => void)[] | null = null
  let stopping = false
  let server: Server
  const act = (req: IncomingMessage, res: ServerResponse) => {
    if (stopping) res.shouldKeepAlive = false
    if (req.url === '/health/live') return void res.end('{}')
    stub.answer(req, res)
  }
  const listen = (port: number): Promise<void> => {
    server = createServer((req, res) => {
      if (req.url !== '/health/live') stub.seen.push(`${req.method} ${req.url}`)
      if (frozen) frozen.push(() => act(req, res))
      else act(req, res)
    })
    return new Promise((resolve, reject) => {
      server.once('error', reject).listen(port, '127.0.0.1', resolve)
    })
  }
  const stub: StubInstance = {
    origin: '',
    seen: [],
    answer: (_req, res) => void res.end('ok'),
    freeze() {
      frozen = []
    },
    thaw() {
      const late = frozen ?? []
      frozen = null
      for (const answer of late) answer()
    },
    beginToStop() {
      stopping = true
    },
    kill: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
    start() {
      stopping = false
      return listen(Number(new URL(stub.origin).port))
    },
  }
  await listen(0)
  stub.origin = `http://127.0.0.1:${(server!.address() as AddressInfo).port}`
  return stub
}

/** Waits until it holds; rejects after `ms`. */
export async function until(holds: () => boolean | Promise<boolean>, ms = 5000): Promise<void> {
  for (const end = performance.now() + ms; !(await holds()); await pause(10))
    if (performance.now() > end) throw new Error(`not within ${ms} ms: ${holds}`)
}
