import { type ProblemCode, world } from '@marquee/contracts'
import {
  type Case,
  draft,
  published,
  unknownId,
  wrongBodies,
  wrongCursors,
  wrongIds,
  wrongMethod,
  wrongQueries,
  wrongTokens,
} from './cases.js'

const episode = world.episodes.winterTide1.id
const person = world.people.hanSeo.id
const version = { 'if-match': '"1.x"' }
const stale = { 'if-match': '"999.x"' }

const row = (
  input: string,
  ask: Omit<Case, 'input' | 'status'>,
  status: number,
  code?: ProblemCode,
): Case => ({
  input,
  as: 'editor',
  ...ask,
  status,
  ...(code && { code }),
})

/** An edit of a title as a whole, by its version. */
const replacing = (path: string, body: object, unknownPath: string): Case[] => [
  row('no If-Match', { method: 'PUT', path, body }, 428, 'precondition_required'),
  row('stale If-Match', { method: 'PUT', path, body, headers: stale }, 412, 'version_mismatch'),
  row(
    'unknown title',
    { method: 'PUT', path: unknownPath, body, headers: version },
    404,
    'content_not_found',
  ),
  ...wrongBodies('PUT', path, 'editor', version),
  ...wrongTokens('PUT', path, 'viewer', { body, headers: version }),
]

/** A list that only editors see. */
const hidden = (path: string, unknownPath: string): Case[] => [
  row('plain', { path }, 200),
  row('unknown episode', { path: unknownPath }, 404, 'episode_not_found'),
  row('unknown parameter', { path: `${path}?x=1` }, 400, 'invalid_request'),
  ...wrongTokens('GET', path, 'viewer'),
]

const people: Record<string, Case[]> = {
  'GET /api/v1/people': [
    { input: 'plain', path: '/api/v1/people', status: 200 },
    { input: 'by name', path: '/api/v1/people?name=%25', status: 200 },
    ...wrongQueries('/api/v1/people'),
    ...wrongCursors('/api/v1/people'),
  ],
  'POST /api/v1/people': [
    row('name empty', { method: 'POST', path: '/api/v1/people', body: { name: '' } }, 422, 'invalid_body'),
    row(
      'February 30',
      { method: 'POST', path: '/api/v1/people', body: { name: 'x', birthDate: '2001-02-30' } },
      422,
      'invalid_body',
    ),
    ...wrongBodies('POST', '/api/v1/people', 'editor'),
    ...wrongTokens('POST', '/api/v1/people', 'viewer', { body: { name: 'x' } }),
  ],
  'GET /api/v1/people/{id}': [
    { input: 'plain', path: `/api/v1/people/${person}`, status: 200 },
    { input: 'unknown', path: `/api/v1/people/${unknownId}`, status: 404, code: 'person_not_found' },
    ...wrongIds('/api/v1/people', ''),
  ],
  'PATCH /api/v1/people/{id}': [
    row(
      'stale',
      { method: 'PATCH', path: `/api/v1/people/${person}`, body: {}, headers: stale },
      412,
      'version_mismatch',
    ),
    row(
      'unknown',
      { method: 'PATCH', path: `/api/v1/people/${unknownId}`, body: {}, headers: version },
      404,
      'person_not_found',
    ),
    ...wrongBodies('PATCH', `/api/v1/people/${person}`, 'editor', version),
    ...wrongTokens('PATCH', `/api/v1/people/${person}`, 'viewer', { body: {}, headers: version }),
  ],
  'DELETE /api/v1/people/{id}': [
    row('no If-Match', { method: 'DELETE', path: `/api/v1/people/${person}` }, 428, 'precondition_required'),
    row(
      'unknown',
      { method: 'DELETE', path: `/api/v1/people/${unknownId}`, headers: version },
      404,
      'person_not_found',
    ),
    ...wrongTokens('DELETE', `/api/v1/people/${person}`, 'viewer', { headers: version }),
  ],
}

const ofTitles: Record<string, Case[]> = {
  'GET /api/v1/content/{id}/credits': [
    { input: 'plain', path: `/api/v1/content/${published.slug}/credits`, status: 200 },
    {
      input: 'of a draft',
      path: `/api/v1/content/${draft.id}/credits`,
      status: 404,
      code: 'content_not_found',
    },
    ...wrongQueries(`/api/v1/content/${published.id}/credits`),
    ...wrongCursors(`/api/v1/content/${published.id}/credits`),
  ],
  'PUT /api/v1/content/{id}/credits': replacing(
    `/api/v1/content/${draft.id}/credits`,
    { credits: [] },
    `/api/v1/content/${unknownId}/credits`,
  ),
  'GET /api/v1/tags': [
    { input: 'plain', path: '/api/v1/tags', status: 200 },
    ...wrongQueries('/api/v1/tags'),
    ...wrongCursors('/api/v1/tags'),
  ],
  'POST /api/v1/tags': [
    row('name empty', { method: 'POST', path: '/api/v1/tags', body: { name: '' } }, 422, 'invalid_body'),
    ...wrongBodies('POST', '/api/v1/tags', 'editor'),
    ...wrongTokens('POST', '/api/v1/tags', 'viewer', { body: { name: 'x' } }),
  ],
  'GET /api/v1/content/{id}/tags': [
    { input: 'plain', path: `/api/v1/content/${published.id}/tags`, status: 200 },
    { input: 'of a draft', path: `/api/v1/content/${draft.id}/tags`, status: 404, code: 'content_not_found' },
    {
      input: 'unknown parameter',
      path: `/api/v1/content/${published.id}/tags?x=1`,
      status: 400,
      code: 'invalid_request',
    },
  ],
  'PUT /api/v1/content/{id}/tags': replacing(
    `/api/v1/content/${draft.id}/tags`,
    { tags: [] },
    `/api/v1/content/${unknownId}/tags`,
  ),
}

const source = { provider: 'x', quality: 'HD_720p', url: 'https://cdn.example.com/x' }
const subtitles = { language: 'ko', fileUrl: 'https://cdn.example.com/x' }
const of = (part: string, id: string = episode) => `/api/v1/episodes/${id}/${part}`

const ofEpisodes: Record<string, Case[]> = {
  'GET /api/v1/episodes/{id}/sources': hidden(of('sources'), of('sources', unknownId)),
  'POST /api/v1/episodes/{id}/sources': [
    row(
      'unknown episode',
      { method: 'POST', path: of('sources', unknownId), body: source },
      404,
      'episode_not_found',
    ),
    row(
      'no web address',
      { method: 'POST', path: of('sources'), body: { ...source, url: 'javascript:1' } },
      422,
      'invalid_body',
    ),
    row(
      'bitrate 2^31',
      { method: 'POST', path: of('sources'), body: { ...source, bitrate: 2 ** 31 } },
      422,
      'invalid_body',
    ),
    ...wrongBodies('POST', of('sources'), 'editor'),
    ...wrongTokens('POST', of('sources'), 'viewer', { body: source }),
  ],
  'DELETE /api/v1/episodes/{id}/sources/{sourceId}': [
    row('unknown', { method: 'DELETE', path: of(`sources/${unknownId}`) }, 404, 'source_not_found'),
    ...wrongTokens('DELETE', of(`sources/${unknownId}`), 'viewer'),
  ],
  'GET /api/v1/episodes/{id}/subtitles': hidden(of('subtitles'), of('subtitles', unknownId)),
  'POST /api/v1/episodes/{id}/subtitles': [
    row(
      'unknown episode',
      { method: 'POST', path: of('subtitles', unknownId), body: subtitles },
      404,
      'episode_not_found',
    ),
    row(
      'language in words',
      { method: 'POST', path: of('subtitles'), body: { ...subtitles, language: 'Korean' } },
      422,
      'invalid_body',
    ),
    ...wrongBodies('POST', of('subtitles'), 'editor'),
    ...wrongTokens('POST', of('subtitles'), 'viewer', { body: subtitles }),
  ],
  'DELETE /api/v1/episodes/{id}/subtitles/{subtitleId}': [
    row('unknown', { method: 'DELETE', path: of(`subtitles/${unknownId}`) }, 404, 'subtitle_not_found'),
    ...wrongTokens('DELETE', of(`subtitles/${unknownId}`), 'viewer'),
  ],
  'PUT /api/v1/episodes/{id}/subtitles/{subtitleId}/default': [
    row('unknown', { method: 'PUT', path: of(`subtitles/${unknownId}/default`) }, 404, 'subtitle_not_found'),
    ...wrongTokens('PUT', of(`subtitles/${unknownId}/default`), 'viewer'),
  ],
  'GET /api/v1/play/{episodeId}': [
    { input: 'plain', path: `/api/v1/play/${episode}`, status: 200 },
    { input: 'for a device', path: `/api/v1/play/${episode}?device=tv&maxQuality=HD_720p`, status: 200 },
    { input: 'document 000’s path', path: `/api/play/${episode}`, status: 200 },
    { input: 'unknown', path: `/api/v1/play/${unknownId}`, status: 404, code: 'episode_not_found' },
    {
      input: 'unknown device',
      path: `/api/v1/play/${episode}?device=phone`,
      status: 400,
      code: 'invalid_request',
    },
    { input: 'unknown parameter', path: `/api/v1/play/${episode}?x=1`, status: 400, code: 'invalid_request' },
    { input: 'slug for UUID', path: '/api/v1/play/winter-tide', status: 400, code: 'invalid_request' },
    {
      input: 'token: garbage',
      path: `/api/v1/play/${episode}`,
      token: 'x.y.z',
      status: 401,
      code: 'invalid_token',
    },
    wrongMethod('POST', `/api/v1/play/${episode}`),
  ],
}

export const creditsAndPlay: Record<string, Case[]> = { ...people, ...ofTitles, ...ofEpisodes }
