export {
  ApiError,
  type ApiErrorOptions,
  type FieldError,
  isNetworkOutage,
  wasNeverSent,
} from './api-error.js'
export { type AskOwnerOptions, askOwner } from './ask-owner.js'
export type { Outcome } from './balance-rules.js'
export { type Balancer, createBalancer, type Turn } from './balancer.js'
export { type Closer, createClosers } from './closers.js'
export { commandFailed, migrationCount, migrationDirection } from './command.js'
export { ConfigError } from './config-error.js'
export { contextOf, forwardHeaders, type RequestContext } from './context.js'
export { readCursor, signCursor } from './cursor.js'
export { createDispatch } from './dispatch.js'
export {
  type BodyType,
  type Call,
  type Endpoint,
  type EndpointSpec,
  endpoint,
  type Method,
} from './endpoint.js'
export { ifMatchHeader, ifMatchVersion, noneMatch, requireVersion, strongEtag } from './etag.js'
export {
  type HttpClient,
  type HttpClientOptions,
  httpClient,
  type Incoming,
  type OutgoingRequest,
} from './http-client.js'
export { idempotencyKeyHeader } from './idempotency-key.js'
export { type Instance, type Instances, watchInstances } from './instances.js'
export type { Background } from './lifecycle.js'
export { createLogger, type Logger, silentLogger } from './logger.js'
export { createMetrics, type Metrics, Registry, watchLease } from './metrics.js'
export { type DocumentInfo, openApiDocument } from './openapi.js'
export { ownerPages } from './owner-pages.js'
export { problemBody, problemType } from './problem.js'
export {
  type Check,
  checkOf,
  checksAgree,
  checkTable,
  type Figure,
  type Rebuilt,
  rebuiltText,
  writeFigures,
} from './reconciliation.js'
export { type Copy, renewCopy, type Wrong } from './renew-copy.js'
export { json, jsonBytes, noContent, type Reply } from './reply.js'
export { run } from './run.js'
export { sendProblem } from './send.js'
export { createService, type Service, type ServiceOptions } from './service.js'
export { commonConfig, originList, readConfig } from './service-config.js'
export { type FlightOptions, singleFlight } from './single-flight.js'
export { type StoreClock, storeClock } from './store-clock.js'
export { type Caller, readViewer, signViewer, viewerHeader, viewerReader } from './viewer.js'
