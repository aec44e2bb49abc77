import { createReadStream, existsSync, readdirSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Config } from '../config.js'
import { exitCodes, OpsError } from '../problem.js'

const followEveryMs = 200

/** Prints the last `lines` of one process's log, or of all, each line under its name; `follow` goes on until interrupted. */
export async function logs(
  config: Config,
  name: string | undefined,
  { lines, follow }: { lines: number; follow?: boolean },
): Promise<number> {
  const folder = join(config.dataDir, 'logs')
  const known = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.log')) : []
  const chosen = name === undefined ? known : known.filter((file) => file === `${name}.log`)
  if (chosen.length === 0) {
    const names = known.map((file) => basename(file, '.log')).join(', ')
    throw new OpsError(name ? `There is no log of ${name}.` : `There are no logs in ${folder}.`, {
      advice: names ? `There are: ${names}` : 'Start the platform first: npm start',
    })
  }
  const width = Math.max(...chosen.map((file) => file.length)) - 4
  const printer = (file: string) => {
    const prefix = name === undefined ? `${basename(file, '.log').padEnd(width)} | ` : ''
    return (line: string) => process.stdout.write(`${prefix}${line}\n`)
  }
  for (const file of chosen) await printTail(join(folder, file), lines, printer(file))
  if (follow) await Promise.all(chosen.map((file) => followFile(join(folder, file), printer(file))))
  return exitCodes.ok
}

async function printTail(path: string, lines: number, print: (line: string) => void): Promise<void> {
  const text = await readFile(path, 'utf8')
  const all = text.replace(/\n$/, '').split('\n')
  if (text !== '' && lines > 0) for (const line of all.slice(-lines)) print(line)
}

// Polling sees a rotation (the file is another, or shorter) that watching a path would lose.
async function followFile(path: string, print: (line: string) => void): Promise<never> {
  let { size: at, ino } = statSync(path)
  let rest = ''
  for (;;) {
    await pause(followEveryMs)
    const now = statSync(path, { throwIfNoEntry: false })
    if (!now) continue
    if (now.ino !== ino || now.size < at) [at, ino] = [0, now.ino]
    if (now.size === at) continue
    for await (const chunk of createReadStream(path, { start: at, end: now.size - 1, encoding: 'utf8' }))
      rest += chunk
    at = now.size
    const whole = rest.split('\n')
    rest = whole.pop() ?? ''
    whole.forEach(print)
  }
}
