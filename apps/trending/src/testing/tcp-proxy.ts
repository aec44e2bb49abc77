import { connect, createServer, type Socket } from 'node:net'

/**
 * A link that can fail between us and an engine. `frozen`: nothing passes either way. `deaf`: requests arrive and answers are lost, and
 * the connection is cut with the first lost answer. `cut`: connections are refused.
 */
export async function tcpProxy(url: string) {
  const target = new URL(url)
  let mode: 'open' | 'frozen' | 'deaf' | 'cut' = 'open'
  let lost = 0
  const pairs = new Set<[Socket, Socket]>()
  const waiting: (() => void)[] = []

  const server = createServer((client) => {
    if (mode === 'cut') return void client.destroy()
    const engine = connect(Number(target.port), target.hostname)
    const pair: [Socket, Socket] = [client, engine]
    pairs.add(pair)
    const end = () => {
      pairs.delete(pair)
      client.destroy()
      engine.destroy()
    }
    for (const socket of pair) socket.on('error', end).on('close', end)
    const pass = (to: Socket) => (chunk: Buffer) => {
      if (mode === 'frozen') return void waiting.push(() => to.write(chunk))
      if (mode === 'deaf' && to === client) {
        lost++
        mode = 'open'
        return end()
      }
      to.write(chunk)
    }
    client.on('data', pass(engine))
    engine.on('data', pass(client))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    url: Object.assign(new URL(url), { port: String(port) }).href,
    lost: () => lost,
    set(next: typeof mode) {
      mode = next
      if (next === 'cut') for (const sockets of pairs) for (const socket of sockets) socket.destroy()
      if (next === 'open') for (const write of waiting.splice(0)) write()
    },
    close() {
      for (const sockets of pairs) for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
