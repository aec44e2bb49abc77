import { responseChecker } from '@marquee/test-kit'
import { type Answer, type Ask, send } from './client.js'

// The document describes neither itself nor the page that shows it.
const undescribed = /^\/(openapi\.json|api-docs)/

let checker: ReturnType<typeof responseChecker> | undefined

/** @throws what about the answer is not as /openapi.json says. */
export async function checkAnswer(path: string, ask: Ask, answer: Answer): Promise<void> {
  checker ??= responseChecker((await send('/openapi.json')).json)
  if (undescribed.test(path)) return
  const { status, headers, json } = answer
  checker(ask.method ?? 'GET', path, { status, contentType: headers['content-type'], json })
}

/** A request whose answer, whatever it is, must be what /openapi.json says. */
export async function api(path: string, ask: Ask = {}): Promise<Answer> {
  const answer = await send(path, ask)
  await checkAnswer(path, ask, answer)
  return answer
}
