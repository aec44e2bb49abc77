import { createInterface } from 'node:readline/promises'
import { exitCodes, OpsError } from './problem.js'

/** Asks for a yes on the terminal. @throws OpsError with the advice where there is nobody to ask */
export async function confirm(
  question: string,
  { command, yes }: { command: string; yes: string },
): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new OpsError(`${command} asks before it does this, and there is nobody to ask.`, {
      advice: `Say so on the command line: ${yes}`,
      exitCode: exitCodes.usage,
    })
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await terminal.question(`${question} (yes/no) `)
  terminal.close()
  return answer.trim().toLowerCase() === 'yes'
}
