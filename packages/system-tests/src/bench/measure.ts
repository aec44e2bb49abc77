import { type ChildProcess, fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import autocannon from 'autocannon'

export interface Side {
  name: string
  url: string
  /** Whose CPU time is counted. */
  pids: number[]
  method?: 'GET' | 'POST'
  /** Where it is not the usual number. */
  connections?: number
  /** One for each connection, where they do not all send the same. */
  client?: () => Client
}

export interface Client {
  headers: Record<string, string>
  nextBody(): string
}

export interface Measured {
  perSecond: number
  cpuMicroseconds: number
  p50: number
  p99: number
}

const clockTicks = 100

/** User and system time of a process, in microseconds (Linux). */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return ((Number(fields[11]) + Number(fields[12])) / clockTicks) * 1e6
}

export async function measure(side: Side, seconds: number, connections: number): Promise<Measured> {
  const before = side.pids.map(cpuOf)
  const result = await autocannon({
    url: side.url,
    method: side.method ?? 'GET',
    connections: side.connections ?? connections,
    duration: seconds,
    ...(side.client && { setupClient: sending(side.client) }),
  })
  const bad = result.non2xx + result.errors + result.timeouts
  if (bad > 0) throw new Error(`${side.name}: ${bad} of ${result.requests.total} requests failed`)
  const cpu = side.pids.map((pid, index) => cpuOf(pid) - before[index]!).reduce((sum, each) => sum + each, 0)
  return {
    perSecond: result.requests.total / result.duration,
    cpuMicroseconds: cpu / result.requests.total,
    p50: result.latency.p50,
    p99: result.latency.p99,
  }
}

const sending = (client: () => Client) => (connection: autocannon.Client) => {
  const { headers, nextBody } = client()
  connection.setHeadersAndBody(headers, nextBody())
  // It is told of an answer before it sends its next request.
  connection.on('response', () => connection.setBody(nextBody()))
}

export const median = (values: number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]!
}

/** A baseline server as a process of its own; `stop` ends it. */
export async function startBaseline(
  kind: string,
  settings: object,
): Promise<{ url: string; pid: number; stop(): void }> {
  const child: ChildProcess = fork(new URL('./baseline.js', import.meta.url), [kind], { stdio: 'inherit' })
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message: { port: number }) => resolve(message.port))
    child.once('exit', (code) => reject(new Error(`the baseline "${kind}" ended with ${code}`)))
    child.send(settings)
  })
  return { url: `http://127.0.0.1:${port}`, pid: child.pid!, stop: () => child.disconnect() }
}
