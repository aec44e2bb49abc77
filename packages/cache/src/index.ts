export { type Cache, type CacheOptions, createCache } from './cache.js'
export type { Log } from './connection.js'
export type { Entry } from './entry.js'
export type { Kept, Namespace, NamespaceOptions, Stats } from './namespace.js'
