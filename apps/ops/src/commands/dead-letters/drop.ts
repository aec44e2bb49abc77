import type { Config } from '../../config.js'
import { confirm } from '../../confirm.js'
import { withKafka } from '../../kafka.js'
import { exitCodes } from '../../problem.js'
import { type Choice, checkChoice, choose, prepareDecisions, refusedLines, remember } from './decide.js'

export interface DropOptions extends Choice {
  yes?: boolean
  json?: boolean
}

/**
 * Remembers that nobody will put these messages back. The letters stay until their topic forgets them. Exit code 1 when one was refused,
 * or the answer was no. As JSON: `{ dropped: [ref], refused: [{ ref, reason }] }`.
 */
export async function drop(config: Config, refs: string[], options: DropOptions): Promise<number> {
  checkChoice(refs, options, 'drop')
  return await withKafka(config, async (kafka) => {
    const { chosen, refused } = await choose(kafka, refs, options, () => undefined)
    const question = `Drop ${chosen.length} dead letters for good?`
    const command = { command: 'dead-letters drop', yes: 'npm run ops -- dead-letters drop ... --yes' }
    if (chosen.length > 0 && !options.yes && !(await confirm(question, command))) {
      console.log('Nothing was dropped.')
      return exitCodes.failed
    }
    const dropped = chosen.map(({ ref }) => ref)
    if (dropped.length > 0) {
      await prepareDecisions(kafka)
      await remember(kafka, dropped, 'dropped')
    }
    console.log(
      options.json
        ? JSON.stringify({ dropped, refused })
        : [`${dropped.length} dropped, ${refused.length} refused.`, ...refusedLines(refused)].join('\n'),
    )
    return refused.length === 0 ? exitCodes.ok : exitCodes.failed
  })
}
