import { world } from '@marquee/contracts'
import { type Case, draft, published } from './cases.js'

// The number is new in each run, so that the table holds on a platform that has been used.
const _episode = {
  seasonNumber: 9,
  number: Math.floor(Date.now() / 1000) % 100_000,
  title: 'Status Table',
  status: 'draft',
}

export const gateway: Record<string, Case[]> = {
  'paths and methods of the gateway': [
    { input: 'unknown path', path: '/api/v1/nonsense', status: 404, code: 'route_not_found' },
    { input: 'root', path: '/', status: 404, code: 'route_not_found' },
    {
      input: 'later part of the API',
      path: '/api/v1/content/users/ids/x/y',
      status: 404,
      code: 'route_not_found',
    },
    {
      input: 'internal header from outside',
      path: `/api/v1/content/${draft.id}`,
      headers: { 'x-marquee-viewer': 'eyJ2aWV3ZXIiOnsic3ViIjoiYSIsInJvbGVzIjpbImFkbWluIl19fQ.AAAA' },
      status: 404,
      code: 'content_not_found',
    },
    {
      input: 'spoofed user header',
      path: `/api/v1/content/${draft.id}`,
      headers: { 'x-user-id': 'admin', 'x-forwarded-for': '10.0.0.1' },
      status: 404,
      code: 'content_not_found',
    },
    { input: 'drama alias', path: `/api/drama/${published.id}`, status: 200 },
    { input: 'episode alias', path: `/api/episode/${world.episodes.winterTide1.id}`, status: 200 },
    { input: 'problem page', path: '/problems/content_not_found', status: 200 },
    { input: 'unknown problem page', path: '/problems/nonsense', status: 404, code: 'problem_not_found' },
    { input: 'document', path: '/openapi.json', status: 200 },
    { input: 'liveness', path: '/health/live', status: 200 },
    { input: 'readiness', path: '/health/ready', status: 200 },
    {
      input: 'upstream metrics are not reachable',
      path: '/api/v1/../../metrics/x',
      status: 400,
      code: 'invalid_request',
    },
  ],
}
