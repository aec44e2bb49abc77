import { readLimits } from '@marquee/contracts'
import { commonConfig, originList, readConfig } from '@marquee/service-kit'
import { z } from 'zod'

const postgresUrl = z.url({ protocol: /^postgres(ql)?$/ })

const brokers = z
  .string()
  .min(1)
  .transform((text) => text.split(','))

const UserHistoryConfig = z.object({
  ...commonConfig,
  DATABASE_URL: postgresUrl,
  REPLICA_URL: postgresUrl,
  KAFKA_BROKERS: brokers,
  CATALOG_ORIGINS: originList,
})

/** @throws ConfigError with everything that is wrong */
export const readUserHistoryConfig = (env: NodeJS.ProcessEnv = process.env) => ({
  ...readConfig(UserHistoryConfig, env),
  limits: readLimits(env),
})
export type UserHistoryConfig = ReturnType<typeof readUserHistoryConfig>

const CommandConfig = z.object({
  DATABASE_URL: postgresUrl,
  REPLICA_URL: postgresUrl.optional(),
  CATALOG_ORIGINS: originList.optional(),
  KAFKA_BROKERS: brokers.optional(),
  ANALYST_PASSWORD: z.string().min(1).optional(),
  FEDERATION_PASSWORD: z.string().min(1).optional(),
  REPLICATION_PASSWORD: z.string().min(1).optional(),
})

/** The command line needs less; each command says what it misses. @throws ConfigError */
export const readCommandConfig = (env: NodeJS.ProcessEnv = process.env) => ({
  ...readConfig(CommandConfig, env),
  limits: readLimits(env),
})
export type CommandConfig = ReturnType<typeof readCommandConfig>
