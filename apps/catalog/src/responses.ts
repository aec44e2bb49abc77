import type { Limits, Viewer } from '@marquee/contracts'
import { mayAccess } from '@marquee/contracts'

/** For what everybody may see. */
export const publicFor = (limits: Limits): Record<string, string> => ({
  'cache-control': `public, max-age=${limits.publicMaxAgeSeconds}, stale-while-revalidate=${limits.publicStaleSeconds}`,
})
/** For what only some may see, and for the answers to writes. */
export const privately = { 'cache-control': 'private, no-store' }

export const isEditor = (viewer: Viewer | null): boolean => mayAccess(viewer, 'editor')
