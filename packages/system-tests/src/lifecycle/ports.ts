import { createServer } from 'node:net'

/** Below the range from which the kernel takes ports for outgoing connections. */
const [lowest, highest] = [12_000, 32_000]
const apps = [0, 1, 2, 3, 4, 10, 11, 12, 13, 14]
const engines = Array.from({ length: 11 }, (_, index) => 100 + index)

/** A gateway port whose followers (two instances of each app, engines) are free too, at this moment. */
export async function findPortBase(): Promise<number> {
  for (;;) {
    const base = lowest + 10 * Math.floor((Math.random() * (highest - lowest)) / 10)
    const free = await Promise.all([...apps, ...engines].map((offset) => isFree(base + offset)))
    if (free.every(Boolean)) return base
  }
}

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
