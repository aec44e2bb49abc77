import type { TopicName } from './topics.js'

/** Every consumer group of the platform and what it reads. A group that is not listed here is nobody's, or a passing reader's. */
export const consumerGroups = {
  'catalog-stats': ['content.stats'],
  'catalog-ratings': ['rating'],
  'catalog-cache': ['content'],
  'user-history-titles': ['content', 'episode'],
  'user-history-people': ['review'],
  'user-history-analytics': ['content.viewed', 'rating'],
  reviews: ['content'],
  trending: ['content'],
} as const satisfies Record<string, readonly TopicName[]>

export type ConsumerGroup = keyof typeof consumerGroups
