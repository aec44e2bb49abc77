import { defaultLimits, world } from '@marquee/contracts'
import {
  type Case,
  json,
  published,
  unknownId,
  wrongBodies,
  wrongCursors,
  wrongMethod,
  wrongQueries,
} from './cases.js'
import { asMe, mine, nobodysTokens, wrongKeys, wrongTitles } from './viewer-cases.js'

const { winterTide1 } = world.episodes
const batch = '/api/v1/progress/batch'
const report = {
  episodeId: winterTide1.id,
  position: 60,
  duration: 3720,
  sessionId: 'status-table',
  sequence: 1,
}
const handIn = (input: string, items: unknown, status: number, code?: Case['code'], more: object = {}) =>
  mine(input, { method: 'POST', path: batch, body: { items, ...more } }, status, code)

const batches: Case[] = [
  handIn('one', [report], 200),
  handIn('the same again', [report, report], 200),
  handIn('as many as may be', Array(defaultLimits.progressBatchMax).fill(report), 200),
  handIn('one too many', Array(defaultLimits.progressBatchMax + 1).fill(report), 422, 'invalid_body'),
  handIn('none', [], 422, 'invalid_body'),
  handIn('items an object', { 0: report }, 422, 'invalid_body'),
  handIn('sentAt Feb 30', [report], 422, 'invalid_body', { sentAt: '2026-02-30T00:00:00Z' }),
  handIn('userId assigned', [report], 422, 'invalid_body', { userId: world.viewers.mina.sub }),
  // Each report is answered for itself, so what is wrong with one is no problem of the request.
  handIn('an unknown episode', [{ ...report, episodeId: unknownId }], 200),
  handIn('reports that are none', [null, 1, 'x', [], {}, { ...report, position: -1 }], 200),
  mine(
    'position 1e400',
    { method: 'POST', path: batch, headers: json, body: '{"items":[{"position":1e400}]}' },
    422,
    'invalid_body',
  ),
  mine(
    'unknown parameter',
    { method: 'POST', path: `${batch}?x=1`, body: { items: [report] } },
    400,
    'invalid_request',
  ),
  ...wrongKeys(
    'POST',
    { path: batch, body: { items: [report] } },
    { path: batch, body: { items: [report, report] } },
  ),
  wrongMethod('GET', batch),
  ...nobodysTokens('POST', batch, { body: { items: [report] } }),
  ...asMe(wrongBodies('POST', batch, undefined)),
]

const list = '/api/v1/continue-watching'
const lists: Case[] = [
  mine('plain', { path: list }, 200),
  mine('by document 000’s path', { path: '/api/continue-watching?explain=1' }, 200),
  mine('by every policy', { path: `${list}?policy=furthest` }, 200),
  mine('explained', { path: `${list}?explain=1&contentId=${published.id}` }, 200),
  mine('explained, of a title that nobody knows', { path: `${list}?explain=1&contentId=${unknownId}` }, 200),
  mine('policy unknown', { path: `${list}?policy=last` }, 400, 'invalid_request'),
  mine('explain unknown', { path: `${list}?explain=true` }, 400, 'invalid_request'),
  mine('contentId a slug', { path: `${list}?contentId=${published.slug}` }, 400, 'invalid_request'),
  mine('whose, assigned', { path: `${list}?userId=${world.viewers.mina.sub}` }, 400, 'invalid_request'),
  wrongMethod('POST', list),
  ...nobodysTokens('GET', list),
  ...asMe(wrongQueries(list)),
  ...asMe(wrongCursors(list)),
]

const dismissals: Case[] = [
  mine('plain', { method: 'DELETE', path: `${list}/${published.id}` }, 204),
  mine('again, upper case', { method: 'DELETE', path: `${list}/${published.id.toUpperCase()}` }, 204),
  mine('of what nobody watched', { method: 'DELETE', path: `${list}/${unknownId}` }, 204),
  mine(
    'unknown parameter',
    { method: 'DELETE', path: `${list}/${published.id}?x=1` },
    400,
    'invalid_request',
  ),
  ...wrongTitles('DELETE', list),
  wrongMethod('GET', `${list}/${published.id}`),
  ...nobodysTokens('DELETE', `${list}/${published.id}`),
]

export const viewing: Record<string, Case[]> = {
  'POST /api/v1/progress/batch': batches,
  'GET /api/v1/continue-watching': lists,
  'DELETE /api/v1/continue-watching/{contentId}': dismissals,
}
