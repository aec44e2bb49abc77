import { responseChecker } from '@marquee/test-kit'
import { type Answer, type Ask, send } from './client.js'

// The document describes neither itself nor the page that shows it.
const undescribed = /^\/(openapi\.json|api-docs)/

let checker: ReturnType<typeof responseChecker> | undefined

/** A request whose answer, whatever it is, must be what /openapi.json says. */
export async function api(path: string, ask: Ask = {}): Promise<Answer> {
  checker ??= responseChecker((await send('/openapi.json')).json)
  const answer = await send(path, ask)
  if (!undescribed.test(path))
    checker(ask.method ?? 'GET', path, {
      status: answer.status,
      contentType: answer.headers['content-type'],
      json: answer.json,
    })
  return answer
}
