import { deadTopic, topicNames } from '@marquee/contracts'
import { exitCodes, OpsError } from '../../problem.js'

export const deadTopics: readonly string[] = topicNames.map(deadTopic)

/** The named topics, or all that are not for dead letters. @throws OpsError for a name that is no topic */
export function chosenTopics(names: readonly string[], known: readonly string[] = topicNames): string[] {
  const all = [...known, ...deadTopics.filter((name) => !known.includes(name))]
  const unknown = names.filter((name) => !all.includes(name))
  if (unknown.length > 0)
    throw new OpsError(`There is no topic ${unknown.join(', ')}.`, {
      advice: `There are: ${all.join(', ')}`,
      exitCode: exitCodes.usage,
    })
  return names.length > 0 ? [...new Set(names)] : [...known]
}
