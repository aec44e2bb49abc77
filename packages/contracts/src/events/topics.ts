const day = 86_400_000

/**
 * Where facts travel. Facts of one noun that must keep their order share a topic; the key is the subject, so one subject stays in
 * one partition. `cleanup` is always delete: every topic forgets after `retentionMs`.
 */
export const topics = {
  content: { partitions: 6, retentionMs: 14 * day },
  'content.stats': { partitions: 6, retentionMs: 14 * day },
  'content.viewed': { partitions: 6, retentionMs: 35 * day },
  episode: { partitions: 6, retentionMs: 14 * day },
  review: { partitions: 6, retentionMs: 14 * day },
  rating: { partitions: 6, retentionMs: 14 * day },
} as const

export type TopicName = keyof typeof topics
export const topicNames = Object.keys(topics) as TopicName[]

/** Dead letters are kept longer than their topic, and shorter than the inbox. */
export const deadLetterRetentionMs = 60 * day
export const inboxRetentionMs = 90 * day
export const deadTopic = (topic: string): string => `${topic}.dead`
