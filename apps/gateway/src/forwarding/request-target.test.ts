import { describe, expect, it } from '@jest/globals'
import { destinationOf } from '../routes.js'
import { readTarget } from './request-target.js'

describe('the request target', () => {
  it('stays as it is when it is canonical', () => {
    expect(readTarget('/api/v1/content/winter-tide?lang=ko')).toEqual({
      path: '/api/v1/content/winter-tide',
      query: '?lang=ko',
    })
  })

  it.each([
    ['encoded slash', '/api/v1/content/..%2f..%2fops'],
    ['encoded dot segments', '/api/v1/content/%2e%2e/genres'],
    ['plain dot segments', '/api/v1/content/../genres'],
    ['double encoding', '/api/v1/content/%252e%252e%252fgenres'],
    ['backslash', '/api/v1/content/..\\genres'],
    ['encoded backslash', '/api/v1/content/..%5cgenres'],
    ['empty segment', '/api/v1//content'],
    ['NUL', '/api/v1/content/a%00b'],
    ['broken percent-encoding', '/api/v1/content/%E0%A4%A'],
    ['fragment', '/api/v1/content#x'],
    ['bytes that are not ASCII', '/api/v1/content/\u00e9'],
  ])('with %s is refused before it is routed', (_what, url) => {
    expect(() => readTarget(url)).toThrow(expect.objectContaining({ code: 'invalid_request' }))
  })

  it('is reduced to one spelling, so that the app reads the path that was routed', () => {
    expect(readTarget('/api/v1/%63ontent/').path).toBe('/api/v1/content')
    expect(readTarget('/api/v1/content/a%20b').path).toBe('/api/v1/content/a%20b')
    expect(readTarget('/api/v1/content/http:x').path).toBe('/api/v1/content/http%3Ax')
  })
})

describe('the routing table', () => {
  it.each([
    ['/api/v1/content', 'catalog', '/api/v1/content'],
    ['/api/v1/content/ids', 'catalog', '/api/v1/content/ids'],
    ['/api/v1/content/winter-tide', 'catalog', '/api/v1/content/winter-tide'],
    ['/api/v1/content/winter-tide/episodes', 'catalog', '/api/v1/content/winter-tide/episodes'],
    [
      '/api/v1/content/winter-tide/views/increment',
      'trending',
      '/api/v1/content/winter-tide/views/increment',
    ],
    ['/api/v1/content/trending/daily', 'trending', '/api/v1/content/trending/daily'],
    ['/api/v1/content/winter-tide/reviews', 'reviews', '/api/v1/content/winter-tide/reviews'],
    [
      '/api/v1/content/winter-tide/reviews/x/helpful',
      'reviews',
      '/api/v1/content/winter-tide/reviews/x/helpful',
    ],
    ['/api/v1/content/winter-tide/details', 'gateway', '/api/v1/content/winter-tide/details'],
    ['/api/v1/content/users/x/watch-history', 'catalog', '/api/v1/content/users/x/watch-history'],
    ['/api/v1/progress', 'user-history', '/api/v1/progress'],
    ['/api/progress', 'user-history', '/api/v1/progress'],
    ['/api/v1/genres', 'catalog', '/api/v1/genres'],
    ['/api/v1/episodes/x', 'catalog', '/api/v1/episodes/x'],
    ['/api/drama/x', 'catalog', '/api/v1/content/x'],
    ['/api/episode/x', 'catalog', '/api/v1/episodes/x'],
  ])('sends %s to %s', (path, answeredBy, told) => {
    expect(destinationOf(path)).toMatchObject({ answeredBy, path: told })
  })

  it.each([
    '/api',
    '/api/v1',
    '/api/v1/contents',
    '/api/v2/content',
    '/api/drama',
    '/api/drama/x/y',
    '/api/v1/ops',
    '/api/progress/x',
    '/internal/content/x/views',
  ])('knows no %s', (path) => expect(destinationOf(path)).toBeNull())
})
