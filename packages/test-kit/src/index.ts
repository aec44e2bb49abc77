export { installClock } from '@marquee/faults'
export { type TestEngines, testEngines } from './engines.js'
export {
  type FreshDatabase,
  type FreshDatabaseOptions,
  freshDatabase,
  freshReviewsUrl,
} from './fresh-database.js'
export { type Link, openLink } from './link.js'
export { proxyTo } from './proxy.js'
export { readTopic, type TopicMessage } from './read-topic.js'
export { type CheckedAnswer, responseChecker } from './response-checker.js'
export { settle } from './settle.js'
