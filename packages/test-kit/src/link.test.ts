import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from '@jest/globals'
import { type Link, openLink } from './link.js'
import { settle } from './settle.js'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** A server that says everything back, and a link to it. */
async function echo() {
  const seen: Socket[] = []
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    seen.push(socket)
    socket.on('error', () => {})
    socket.pipe(socket)
  })
  const listen = async (port = 0) => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  await listen()
  const { port } = server.address() as AddressInfo
  const link = await openLink(port)
  closing.push(
    () => stop(server, seen),
    () => link.end(),
  )
  return { link, seen, stop: () => stop(server, seen), listenAgain: () => listen(port) }
}

async function stop(server: Server, seen: Socket[]): Promise<void> {
  for (const socket of seen) socket.resetAndDestroy()
  if (!server.listening) return
  server.close()
  await once(server, 'close')
}

async function client({ port }: Link) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true })
  socket.on('error', () => {})
  await once(socket, 'connect')
  closing.push(() => socket.destroy())
  return socket
}

async function roundTrip(socket: Socket, message = 'hello'): Promise<number> {
  const began = performance.now()
  socket.write(message)
  let got = ''
  while (got.length < message.length) got += String((await once(socket, 'data'))[0])
  expect(got).toBe(message)
  return performance.now() - began
}

const ended = (socket: Socket) =>
  new Promise<string>((resolve) => {
    let code = 'closed'
    socket.on('error', (error: NodeJS.ErrnoException) => {
      code = String(error.code)
    })
    socket.once('close', () => resolve(code))
  })

const refusal = (port: number) =>
  new Promise<string>((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket
      .once('connect', () => resolve('connected'))
      .once('error', (error) => resolve(String((error as NodeJS.ErrnoException).code)))
    socket.once('connect', () => socket.destroy())
  })

describe('a link', () => {
  it('carries bytes as they are and hinders none', async () => {
    const { link } = await echo()
    const socket = await client(link)
    expect(await roundTrip(socket)).toBeLessThan(100)
    const much = 'x'.repeat(3_000_000)
    socket.end(much)
    expect((await text(socket)).length).toBe(much.length)
    expect(link.hindered()).toBe(0)
  })

  it('is slow in each direction, for connections that are open and new ones', async () => {
    const { link } = await echo()
    const open = await client(link)
    await roundTrip(open)
    link.slow(80)
    for (const socket of [open, await client(link)]) {
      const took = await roundTrip(socket)
      expect(took).toBeGreaterThanOrEqual(155)
      expect(took).toBeLessThan(400)
    }
    expect(link.hindered()).toBe(20)
  })

  it('keeps the order of bytes, also when it gets better under them', async () => {
    const { link } = await echo()
    const socket = await client(link)
    let got = ''
    socket.on('data', (bytes) => {
      got += String(bytes)
    })
    link.slow(200)
    socket.write('first;')
    await settle(() => expect(link.hindered()).toBeGreaterThan(0))
    link.slow(0)
    socket.write('second;')
    await settle(() => expect(got).toBe('first;second;'))
  })

  it('delivers what it delays before the end that follows it', async () => {
    const { link } = await echo()
    const socket = await client(link)
    link.slow(50)
    socket.end('the last words')
    expect(await text(socket)).toBe('the last words')
  })

  it('lets through no more bytes a second than it is wide, and its sender feels it', async () => {
    const { link } = await echo()
    const socket = await client(link)
    link.narrow(400_000)
    const began = performance.now()
    let got = 0
    socket.on('data', (bytes: Buffer) => {
      got += bytes.length
    })
    socket.write(Buffer.alloc(200_000))
    await settle(() => expect(got).toBe(200_000))
    expect(performance.now() - began).toBeGreaterThanOrEqual(450)
    // The kernel's own buffers take a few megabytes; the link does not take the rest.
    expect(socket.write(Buffer.alloc(30_000_000))).toBe(false)
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(socket.writableLength).toBeGreaterThan(0)
    link.reset()
  })

  it('resets what is open and takes new connections', async () => {
    const { link } = await echo()
    const socket = await client(link)
    await roundTrip(socket)
    const over = ended(socket)
    link.reset()
    expect(await over).toBe('ECONNRESET')
    await roundTrip(await client(link))
  })

  it('swallows: takes connections and bytes, and tells neither side anything until it is mended', async () => {
    const { link, seen } = await echo()
    const [open, leaving] = [await client(link), await client(link)]
    await roundTrip(open)
    await roundTrip(leaving)
    link.swallow()
    const late = await client(link)
    let heard = 0
    for (const socket of [open, late]) {
      socket.on('data', () => heard++)
      socket.write('anybody?')
    }
    leaving.resetAndDestroy()
    await settle(() => expect(link.hindered()).toBe(16))
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(heard).toBe(0)
    // The server knows of nobody new, and not that one has gone.
    expect(seen.map((socket) => socket.destroyed || socket.readableEnded)).toEqual([false, false])
    const over = [ended(open), ended(late)]
    link.mend()
    expect(await Promise.all(over)).toEqual(['ECONNRESET', 'ECONNRESET'])
    await settle(() => expect(seen.every((socket) => socket.destroyed)).toBe(true))
    await roundTrip(await client(link))
  })

  it('refuses while it is closed, and takes connections on its port again', async () => {
    const { link } = await echo()
    const over = ended(await client(link))
    link.close()
    expect(await over).toBe('ECONNRESET')
    expect(await refusal(link.port)).toBe('ECONNREFUSED')
    link.mend()
    await settle(async () => expect(await refusal(link.port)).toBe('connected'))
    await roundTrip(await client(link))
  })

  it('refuses while nobody listens at the other end', async () => {
    const { link, stop, listenAgain } = await echo()
    const over = ended(await client(link))
    await settle(async () => expect(await refusal(link.port)).toBe('connected'))
    await stop()
    await over
    await settle(async () => expect(await refusal(link.port)).toBe('ECONNREFUSED'))
    await listenAgain()
    await settle(async () => expect(await refusal(link.port)).toBe('connected'))
    await roundTrip(await client(link))
  })
})
