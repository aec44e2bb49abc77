import type { FaultCase } from '../case.js'
import gatewayKilled from './f01-gateway-killed.js'
import catalogKilled from './f02-catalog-killed.js'
import userHistoryAndPrimaryKilled from './f03-user-history-and-primary-killed.js'
import reviewsKilled from './f04-reviews-killed.js'
import trendingKilled from './f05-trending-killed.js'
import relayKilledAfterSend from './f06-relay-killed-after-send.js'
import replicaAway from './f12-replica-away.js'
import countersKilled from './f14-counters-killed.js'
import redisFrozen from './f15-redis-frozen.js'
import cacheFlushed from './f16-cache-flushed.js'
import mongodbAway from './f17-mongodb-away.js'
import kafkaKilled from './f18-kafka-killed.js'
import kafkaFrozen from './f19-kafka-frozen.js'
import kafkaRestarted from './f20-kafka-restarted.js'
import slowConsumer from './f21-slow-consumer.js'
import poison from './f22-poison.js'
import badLinks from './f23-bad-links.js'
import clockOff from './f24-clock-off.js'
import migrationInterrupted from './f26-migration-interrupted.js'
import rollingRestart from './f27-rolling-restart.js'
import everythingKilled from './f28-everything-killed.js'
import everyProcess from './k01-every-process.js'
import answersLost from './k02-answers-lost.js'
import leaderFrozen from './l01-leader-frozen.js'

/** In the order in which they run. */
export const cases: FaultCase[] = [
  gatewayKilled,
  catalogKilled,
  userHistoryAndPrimaryKilled,
  reviewsKilled,
  trendingKilled,
  relayKilledAfterSend,
  replicaAway,
  countersKilled,
  redisFrozen,
  cacheFlushed,
  mongodbAway,
  kafkaKilled,
  kafkaFrozen,
  kafkaRestarted,
  slowConsumer,
  poison,
  badLinks,
  clockOff,
  migrationInterrupted,
  rollingRestart,
  everythingKilled,
  everyProcess,
  answersLost,
  leaderFrozen,
]
