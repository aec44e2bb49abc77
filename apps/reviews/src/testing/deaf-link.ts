import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { mongo } from 'mongoose'

/** A link to MongoDB that remembers what was asked, and can lose the answer to a command, with the connection. */
export async function deafLink(url: string) {
  const target = new URL(url)
  let command: string | undefined
  let lost = 0
  const asked: Buffer[] = []
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname)
    let deaf = false
    const end = () => {
      near.destroy()
      far.destroy()
    }
    for (const socket of [near, far]) socket.on('error', end).on('close', end)
    near.on('data', (chunk) => {
      asked.push(chunk)
      if (command !== undefined && chunk.includes(command)) {
        deaf = true
        command = undefined
      }
      far.write(chunk)
    })
    far.on('data', (chunk) => {
      if (!deaf) return void near.write(chunk)
      lost++
      end()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const own = new URL(url)
  own.port = String((server.address() as AddressInfo).port)
  own.searchParams.set('directConnection', 'true')
  return {
    url: own.href,
    /** Of the next command of this name that comes. */
    loseAnswerTo(name: string) {
      command = name
    },
    lost: () => lost,
    /** Commands of this name as they went over the wire, small ones: each came in one piece. */
    asked: (name: string) =>
      asked
        .filter((chunk) => chunk.includes(name))
        .map((chunk) => mongo.BSON.deserialize(chunk.subarray(21))),
    close: () => void server.close(),
  }
}
