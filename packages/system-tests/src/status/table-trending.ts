import { world } from '@marquee/contracts'
import {
  type Case,
  draft,
  published,
  unknownId,
  wrongBodies,
  wrongIds,
  wrongMethod,
  wrongQueries,
} from './cases.js'

const views = `/api/v1/content/${published.id}/views/increment`

export const trending: Record<string, Case[]> = {
  'GET /api/v1/content/trending/daily': [
    { input: 'plain', path: '/api/v1/content/trending/daily', status: 200 },
    { input: 'with filters', path: `/api/v1/content/trending/daily?origin=korean&limit=5`, status: 200 },
    {
      input: 'by genre',
      path: `/api/v1/content/trending/daily?genre=${world.genres.romance.id}`,
      status: 200,
    },
    { input: 'a genre nobody has', path: `/api/v1/content/trending/daily?genre=${unknownId}`, status: 200 },
    {
      input: 'unknown origin',
      path: '/api/v1/content/trending/daily?origin=mars',
      status: 400,
      code: 'invalid_request',
    },
    {
      input: 'genre: not a UUID',
      path: '/api/v1/content/trending/daily?genre=x',
      status: 400,
      code: 'invalid_request',
    },
    wrongMethod('POST', '/api/v1/content/trending/daily'),
    ...wrongQueries('/api/v1/content/trending/daily'),
  ],
  'GET /api/v1/content/trending/weekly': [
    { input: 'plain', path: '/api/v1/content/trending/weekly', status: 200 },
    ...wrongQueries('/api/v1/content/trending/weekly'),
  ],
  'GET /api/v1/content/trending/monthly': [
    { input: 'plain', path: '/api/v1/content/trending/monthly', status: 200 },
    ...wrongQueries('/api/v1/content/trending/monthly'),
  ],
  'POST /api/v1/content/{id}/views/increment': [
    { input: 'without a body', method: 'POST', path: views, status: 200 },
    { input: 'with a viewer', method: 'POST', path: views, body: { viewerId: 'device-1' }, status: 200 },
    {
      input: 'by slug',
      method: 'POST',
      path: `/api/v1/content/${published.slug}/views/increment`,
      status: 200,
    },
    { input: 'signed in', method: 'POST', path: views, as: 'viewer', status: 200 },
    {
      input: 'unknown title',
      method: 'POST',
      path: `/api/v1/content/${unknownId}/views/increment`,
      status: 404,
      code: 'content_not_found',
    },
    {
      input: 'of a draft',
      method: 'POST',
      path: `/api/v1/content/${draft.id}/views/increment`,
      status: 404,
      code: 'content_not_found',
    },
    {
      input: 'viewerId empty',
      method: 'POST',
      path: views,
      body: { viewerId: '' },
      status: 422,
      code: 'invalid_body',
    },
    {
      input: 'viewerId an operator',
      method: 'POST',
      path: views,
      body: { viewerId: { $gt: '' } },
      status: 422,
      code: 'invalid_body',
    },
    {
      input: 'Idempotency-Key empty',
      method: 'POST',
      path: views,
      headers: { 'idempotency-key': '' },
      status: 400,
      code: 'invalid_request',
    },
    {
      input: 'Idempotency-Key of 300 characters',
      method: 'POST',
      path: views,
      headers: { 'idempotency-key': 'k'.repeat(300) },
      status: 400,
      code: 'invalid_request',
    },
    wrongMethod('GET', views),
    ...wrongBodies('POST', views, undefined),
    ...wrongIds('/api/v1/content', '/views/increment', 'POST'),
  ],
}
