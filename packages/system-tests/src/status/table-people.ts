import { world } from '@marquee/contracts'
import {
  type Case,
  draft,
  json,
  nil,
  published,
  unknownId,
  wrongBodies,
  wrongCursors,
  wrongIds,
  wrongMethod,
  wrongQueries,
  wrongTokens,
} from './cases.js'
import { nobodysTokens, wrongKeys } from './viewer-cases.js'

const { mina, joon } = world.viewers
const historyOf = (id: string) => `/api/v1/content/users/${id}/watch-history`
const as = (role: Case['as'], cases: Case[]): Case[] => cases.map((each) => ({ ...each, as: role }))

const progress = '/api/v1/progress'
const report = {
  episodeId: world.episodes.paperLanterns1.id,
  position: 60,
  duration: 1440,
  sessionId: 'status-table',
  sequence: 1,
}
const reportWith = (input: string, change: object, status = 422): Case => ({
  input: `field: ${input}`,
  method: 'POST',
  path: progress,
  as: 'viewer2',
  body: { ...report, ...change },
  status,
  ...(status === 422 ? { code: 'invalid_body' as const } : {}),
})
const raw = (input: string, body: string): Case => ({
  input: `field: ${input}`,
  method: 'POST',
  path: progress,
  as: 'viewer2',
  headers: json,
  body,
  status: 422,
  code: 'invalid_body',
})
const details = (id: string) => `/api/v1/content/${id}/details`

export const people: Record<string, Case[]> = {
  'GET /api/v1/content/users/ids': [
    { input: 'with the scope', path: '/api/v1/content/users/ids', as: 'data', status: 200 },
    { input: 'as admin', path: '/api/v1/content/users/ids?limit=100', as: 'admin', status: 200 },
    ...wrongTokens('GET', '/api/v1/content/users/ids', 'editor'),
    wrongMethod('POST', '/api/v1/content/users/ids'),
    ...as('data', wrongQueries('/api/v1/content/users/ids')),
    ...as('data', wrongCursors('/api/v1/content/users/ids')),
  ],
  'GET /api/v1/content/users/{userId}/watch-history': [
    { input: 'one’s own', path: historyOf(mina.sub), as: 'viewer', status: 200 },
    { input: 'upper case', path: historyOf(mina.sub.toUpperCase()), as: 'viewer', status: 200 },
    { input: 'anybody’s as admin', path: historyOf(joon.sub), as: 'admin', status: 200 },
    { input: 'of nobody, as admin', path: historyOf(nil), as: 'admin', status: 200 },
    { input: 'somebody else’s', path: historyOf(joon.sub), as: 'viewer', status: 403, code: 'forbidden' },
    { input: 'as editor', path: historyOf(joon.sub), as: 'editor', status: 403, code: 'forbidden' },
    { input: 'with the scope data', path: historyOf(joon.sub), as: 'data', status: 403, code: 'forbidden' },
    ...nobodysTokens('GET', historyOf(joon.sub)),
    { input: 'not a UUID', path: historyOf('me'), as: 'viewer', status: 400, code: 'invalid_request' },
    wrongMethod('DELETE', historyOf(mina.sub)),
    ...as('viewer', wrongQueries(historyOf(mina.sub))),
    ...as('viewer', wrongCursors(historyOf(mina.sub))),
  ],
  'POST /api/v1/progress': [
    { input: 'plain', method: 'POST', path: progress, as: 'viewer2', body: report, status: 200 },
    { input: 'the same again', method: 'POST', path: progress, as: 'viewer2', body: report, status: 200 },
    {
      input: 'by its old path',
      method: 'POST',
      path: '/api/progress',
      as: 'viewer2',
      body: report,
      status: 200,
    },
    ...nobodysTokens('POST', progress, { body: report }),
    ...wrongKeys(
      'POST',
      { path: progress, body: report },
      { path: progress, body: { ...report, position: 61 } },
    ),
    {
      input: 'unknown episode',
      method: 'POST',
      path: progress,
      as: 'viewer2',
      body: { ...report, episodeId: unknownId },
      status: 404,
      code: 'episode_not_found',
    },
    reportWith('position over the duration', { position: 1441 }),
    reportWith('position under 0', { position: -1 }),
    reportWith('position a string', { position: '60' }),
    reportWith('position an operator', { position: { $gt: 0 } }),
    reportWith('duration 0', { position: 0, duration: 0 }),
    reportWith('duration of two days', { duration: 172_800 }),
    reportWith('fractional position', { position: 61.5, sequence: 2 }, 200),
    reportWith('sequence fractional', { sequence: 1.5 }),
    reportWith('sequence negative', { sequence: -1 }),
    reportWith('sequence 2^53 + 1', { sequence: 2 ** 53 }),
    reportWith('at without zone', { at: '2026-02-10T00:00:00' }),
    reportWith('at Feb 30', { at: '2026-02-30T00:00:00Z' }),
    reportWith('at with offset +99', { at: '2026-02-10T00:00:00+99:00' }),
    reportWith('at in the year 9999', { at: '9999-01-01T00:00:00Z' }),
    reportWith('sentAt without at', { sentAt: '2026-02-10T00:00:00Z' }),
    reportWith('unknown state', { state: 'rewinding' }),
    reportWith('sessionId empty', { sessionId: '' }),
    reportWith('sessionId too long', { sessionId: 'x'.repeat(129) }),
    reportWith('episodeId not a UUID', { episodeId: 'first' }),
    reportWith('userId assigned', { userId: mina.sub }),
    reportWith('completed assigned', { completed: true }),
    raw('position 1e400', `{"episodeId":"${report.episodeId}","position":1e400,"duration":1440}`),
    raw(
      'device with NUL',
      `{"episodeId":"${report.episodeId}","position":1,"duration":2,"device":"a\\u0000"}`,
    ),
    raw(
      'device a lone surrogate',
      `{"episodeId":"${report.episodeId}","position":1,"duration":2,"device":"\\ud800"}`,
    ),
    wrongMethod('GET', progress),
    ...wrongBodies('POST', progress, 'viewer2'),
  ],
  'GET /api/v1/content/{id}/details': [
    { input: 'UUID', path: details(published.id), status: 200 },
    { input: 'slug', path: details(published.slug), status: 200 },
    { input: 'signed in', path: details(published.id), as: 'viewer', status: 200 },
    { input: 'unknown title', path: details(unknownId), status: 404, code: 'content_not_found' },
    { input: 'unknown slug', path: details('no-such-title'), status: 404, code: 'content_not_found' },
    { input: 'of a draft', path: details(draft.id), status: 404, code: 'content_not_found' },
    { input: 'of a draft, as editor', path: details(draft.id), as: 'editor', status: 200 },
    {
      input: 'unknown parameter',
      path: `${details(published.id)}?nonsense=1`,
      status: 400,
      code: 'invalid_request',
    },
    {
      input: 'token: garbage',
      path: details(published.id),
      token: 'x.y.z',
      status: 401,
      code: 'invalid_token',
    },
    wrongMethod('POST', details(published.id)),
    ...wrongIds('/api/v1/content', '/details'),
  ],
}
