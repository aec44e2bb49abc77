import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { kafkaTool } from '@marquee/engines'
import { lineOf, lineProperties, type Put } from './messages.js'

/**
 * Puts messages into a topic by Kafka's own console producer: a client that shares nothing with ours.
 * @throws with what it said when it does not end well
 */
export async function putByConsole(
  brokers: string[],
  topic: string,
  messages: readonly Put[],
): Promise<void> {
  const { file, args } = await kafkaTool('org.apache.kafka.tools.ConsoleProducer', ({ step }) =>
    process.stderr.write(`${step}\n`),
  )
  const options = ['--bootstrap-server', brokers.join(','), '--topic', topic, '--request-timeout-ms', '30000']
  const properties = lineProperties.flatMap((property) => ['--property', property])
  const child = spawn(file, [...args, ...options, ...properties], { stdio: ['pipe', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  const exited = once(child, 'exit') as Promise<[number | null]>
  // Its own end says more than a broken pipe.
  child.stdin.on('error', () => undefined)
  for (const message of messages)
    if (!child.stdin.write(`${lineOf(message)}\n`)) await Promise.race([once(child.stdin, 'drain'), exited])
  child.stdin.end()
  const [code] = await exited
  // It reports a message that the broker did not take, and ends well nevertheless.
  if (code !== 0 || /ERROR|Exception/.test(said))
    throw new Error(`The console producer failed (${code}):\n${said}`)
}
