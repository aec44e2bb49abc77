import type { SimpleFaker } from '@faker-js/faker'
import { adjectives, nouns, type Tongue, tongues, type Word } from './words.js'

type Pattern = (adjective: string, noun: string, other: string) => string

/** How "the <adjective> <noun>", "... of <other>" and "... and <other>" are said in each language. */
const patterns: Record<Tongue, [plain: Pattern, of: Pattern, and: Pattern]> = {
  en: [
    (a, n) => `The ${a} ${n}`,
    (a, n, o) => `${a} ${n} of the ${o}`,
    (a, n, o) => `The ${a} ${n} and the ${o}`,
  ],
  ko: [(a, n) => `${a} ${n}`, (a, n, o) => `${o}의 ${a} ${n}`, (a, n, o) => `${a} ${n} 그리고 ${o}`],
  ja: [(a, n) => `${a}${n}`, (a, n, o) => `${o}の${a}${n}`, (a, n, o) => `${a}${n}と${o}`],
  'zh-Hans': [(a, n) => `${a}${n}`, (a, n, o) => `${o}之${a}${n}`, (a, n, o) => `${a}${n}与${o}`],
  'zh-Hant': [(a, n) => `${a}${n}`, (a, n, o) => `${o}之${a}${n}`, (a, n, o) => `${a}${n}與${o}`],
  th: [(a, n) => `${n}${a}`, (a, n, o) => `${n}${a}แห่ง${o}`, (a, n, o) => `${n}${a}กับ${o}`],
}

/** One invented title, told in every language of the words. */
export function inventTitle(faker: SimpleFaker): Record<Tongue, string> {
  const adjective = faker.helpers.arrayElement(adjectives)
  const [noun, other] = faker.helpers.arrayElements(nouns, 2) as [Word, Word]
  const pattern = faker.helpers.weightedArrayElement([
    { value: 0 as const, weight: 1 },
    { value: 1 as const, weight: 5 },
    { value: 2 as const, weight: 3 },
  ])
  const told = tongues.map((tongue, i) => {
    const word = (of: Word) => of[i] ?? of[0]
    return [tongue, patterns[tongue][pattern](word(adjective), word(noun), word(other))] as const
  })
  return Object.fromEntries(told) as Record<Tongue, string>
}
