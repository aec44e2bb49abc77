import { world } from '@marquee/contracts'
import { type Case, published, unknownId } from './cases.js'

export const reviews = `/api/v1/content/${published.id}/reviews`
export const { minaOnWinterTide: mina } = world.reviews
export const one = `${reviews}/${mina.id}`
export const review = { rating: 8, text: 'Status Table' }
export const ifMatch = { 'if-match': `"${2 ** 30}.x"` }

/** What an address of one review can be wrong in, by its title and by itself. */
export const wrongReviews = (method: string, suffix: string, more: Partial<Case>): Case[] => [
  {
    input: 'unknown review',
    method,
    path: `${reviews}/${unknownId}${suffix}`,
    status: 404,
    code: 'review_not_found',
    ...more,
  },
  {
    input: 'of another title',
    method,
    path: `/api/v1/content/${world.contents.jadeCourt.id}/reviews/${mina.id}${suffix}`,
    status: 404,
    code: 'review_not_found',
    ...more,
  },
  {
    input: 'review id: not a UUID',
    method,
    path: `${reviews}/mine${suffix}`,
    status: 400,
    code: 'invalid_request',
    ...more,
  },
  {
    input: 'review id: an operator',
    method,
    path: `${reviews}/${encodeURIComponent('{"$gt":""}')}${suffix}`,
    status: 400,
    code: 'invalid_request',
    ...more,
  },
]
