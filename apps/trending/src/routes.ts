import type { Endpoint } from '@marquee/service-kit'
import { getTrending } from './ranking/get-trending.js'
import type { createTrendingReader } from './ranking/trending-reader.js'
import { getViews } from './views/get-views.js'
import { type IncrementViewsNeeds, incrementViews } from './views/increment-views.js'

export interface RoutesNeeds extends IncrementViewsNeeds {
  readTrending: ReturnType<typeof createTrendingReader>
}

/** Every path of this app. */
export const routes = (needs: RoutesNeeds): Endpoint[] => [
  incrementViews(needs), //                   POST /api/v1/content/{id}/views/increment
  getTrending('daily', needs.readTrending), //   GET /api/v1/content/trending/daily
  getTrending('weekly', needs.readTrending), //  GET /api/v1/content/trending/weekly
  getTrending('monthly', needs.readTrending), // GET /api/v1/content/trending/monthly
  getViews(needs.counters), //                   GET /internal/content/{id}/views
]
