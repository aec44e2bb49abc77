export type { EngineName, EnginePorts } from './engine-names.js'
export { engineNames, enginePorts } from './engine-names.js'
export type { EngineOptions, Engines } from './engine-specs.js'
export { engineSpecs } from './engine-specs.js'
export { EngineError, StartError } from './errors.js'
export { kafkaTool } from './kafka/tools.js'
export { dropMongoDatabase } from './mongo/connect.js'
export type { CatalogServers } from './postgres/catalog-database.js'
export { createCatalogDatabase, dropCatalogDatabase } from './postgres/catalog-database.js'
export { reapAbandoned } from './supervise/ledger.js'
export { isPortFree } from './supervise/ports.js'
export type {
  ProcessChange,
  ProcessSpec,
  ProcessState,
  Progress,
  Report,
  Supervisor,
  SupervisorLog,
  SupervisorOptions,
} from './supervise/process-spec.js'
export { startTimeOf } from './supervise/process-table.js'
export { supervise } from './supervise/supervise.js'
