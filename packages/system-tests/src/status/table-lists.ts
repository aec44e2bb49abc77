import { world } from '@marquee/contracts'
import {
  type Case,
  draft,
  json,
  published,
  unknownId,
  wrongBodies,
  wrongCursors,
  wrongMethod,
  wrongQueries,
} from './cases.js'
import { asMe, mine, nobodysTokens, wrongKeys, wrongTitles } from './viewer-cases.js'

/** What a write to a title answers of those that there are not. */
const noTitle = (method: string, path: (id: string) => string, body?: object): Case[] =>
  [
    ['unknown title', unknownId],
    ['a draft', draft.id],
  ].map(([input, id]) =>
    mine(input!, { method, path: path(id!), ...(body && { body }) }, 404, 'content_not_found'),
  )

const favorites = '/api/v1/favorites'
const favorite = (id: string) => `${favorites}/${id}`

const ofFavorites: Record<string, Case[]> = {
  'PUT /api/v1/favorites/{contentId}': [
    mine('plain', { method: 'PUT', path: favorite(published.id) }, 200),
    mine('again, upper case', { method: 'PUT', path: favorite(published.id.toUpperCase()) }, 200),
    mine(
      'unknown parameter',
      { method: 'PUT', path: `${favorite(published.id)}?x=1` },
      400,
      'invalid_request',
    ),
    ...noTitle('PUT', favorite),
    ...wrongTitles('PUT', favorites),
    wrongMethod('POST', favorite(published.id)),
    ...nobodysTokens('PUT', favorite(published.id)),
  ],
  'GET /api/v1/favorites': [
    mine('plain', { path: favorites }, 200),
    mine(
      'whose, assigned',
      { path: `${favorites}?userId=${world.viewers.mina.sub}` },
      400,
      'invalid_request',
    ),
    wrongMethod('POST', favorites),
    ...nobodysTokens('GET', favorites),
    ...asMe(wrongQueries(favorites)),
    ...asMe(wrongCursors(favorites)),
  ],
  'DELETE /api/v1/favorites/{contentId}': [
    mine('plain', { method: 'DELETE', path: favorite(published.id) }, 204),
    mine('what is none', { method: 'DELETE', path: favorite(unknownId) }, 204),
    mine(
      'unknown parameter',
      { method: 'DELETE', path: `${favorite(unknownId)}?x=1` },
      400,
      'invalid_request',
    ),
    ...wrongTitles('DELETE', favorites),
    ...nobodysTokens('DELETE', favorite(published.id)),
  ],
}

const statuses = '/api/v1/watch-status'
const status = (id: string) => `${statuses}/${id}`
const rewatch = (id: string) => `${statuses}/${id}/rewatch`
const set = (input: string, body: object, code?: Case['code']): Case =>
  mine(input, { method: 'PUT', path: status(published.id), body }, code ? 422 : 200, code)
const { jadeCourt, lastFerry, paperLanterns } = world.contents
const { lastFerry1, paperLanterns1 } = world.episodes
/** What a rewatch needs: something was watched. */
const watched = ({ id: episodeId }: { id: string }): Case =>
  mine(
    'after a report',
    { method: 'POST', path: '/api/v1/progress', body: { episodeId, position: 60, duration: 1440 } },
    200,
  )

const ofStatuses: Record<string, Case[]> = {
  'PUT /api/v1/watch-status/{contentId}': [
    set('plain', { status: 'planned' }),
    set('with score and notes', { status: 'on_hold', score: 10, notes: 'x'.repeat(2000) }),
    set('without score and notes', { status: 'dropped', score: null, notes: null }),
    set('no status', { score: 8 }, 'invalid_body'),
    set('unknown status', { status: 'caught_up' }, 'invalid_body'),
    set('score 0', { status: 'planned', score: 0 }, 'invalid_body'),
    set('score 11', { status: 'planned', score: 11 }, 'invalid_body'),
    set('score 7.5', { status: 'planned', score: 7.5 }, 'invalid_body'),
    set('notes too long', { status: 'planned', notes: 'x'.repeat(2001) }, 'invalid_body'),
    set('userId assigned', { status: 'planned', userId: world.viewers.mina.sub }, 'invalid_body'),
    mine(
      'notes with NUL',
      {
        method: 'PUT',
        path: status(published.id),
        headers: json,
        body: '{"status":"planned","notes":"a\\u0000"}',
      },
      422,
      'invalid_body',
    ),
    ...noTitle('PUT', status, { status: 'planned' }),
    ...wrongTitles('PUT', statuses, '', { status: 'planned' }),
    wrongMethod('DELETE', status(published.id)),
    ...nobodysTokens('PUT', status(published.id), { body: { status: 'planned' } }),
    ...asMe(wrongBodies('PUT', status(published.id), undefined)),
  ],
  'GET /api/v1/watch-status': [
    mine('plain', { path: statuses }, 200),
    mine('of one status', { path: `${statuses}?status=dropped` }, 200),
    mine('of one title', { path: `${statuses}?contentId=${published.id}` }, 200),
    mine('of a title that nobody knows', { path: `${statuses}?contentId=${unknownId}` }, 200),
    mine('unknown status', { path: `${statuses}?status=caught_up` }, 400, 'invalid_request'),
    mine('contentId a slug', { path: `${statuses}?contentId=${published.slug}` }, 400, 'invalid_request'),
    wrongMethod('POST', statuses),
    ...nobodysTokens('GET', statuses),
    ...asMe(wrongQueries(statuses)),
    ...asMe(wrongCursors(statuses)),
  ],
  'POST /api/v1/watch-status/{contentId}/rewatch': [
    mine('of what was never watched', { method: 'POST', path: rewatch(jadeCourt.id) }, 409, 'conflict'),
    watched(lastFerry1),
    mine('plain', { method: 'POST', path: rewatch(lastFerry.id) }, 200),
    mine('again', { method: 'POST', path: rewatch(lastFerry.id) }, 200),
    watched(paperLanterns1),
    ...wrongKeys('POST', { path: rewatch(paperLanterns.id) }, { path: rewatch(lastFerry.id) }),
    mine(
      'unknown parameter',
      { method: 'POST', path: `${rewatch(lastFerry.id)}?x=1` },
      400,
      'invalid_request',
    ),
    ...noTitle('POST', rewatch),
    ...wrongTitles('POST', statuses, '/rewatch'),
    wrongMethod('GET', rewatch(lastFerry.id)),
    ...nobodysTokens('POST', rewatch(lastFerry.id)),
  ],
}

export const lists: Record<string, Case[]> = { ...ofFavorites, ...ofStatuses }
