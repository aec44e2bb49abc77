import { readLimits } from '@marquee/contracts'
import { commonConfig, readConfig } from '@marquee/service-kit'
import { z } from 'zod'

const postgresUrl = z.url({ protocol: /^postgres(ql)?$/ })

const CatalogConfig = z.object({
  ...commonConfig,
  DATABASE_URL: postgresUrl,
  CACHE_URL: z.url({ protocol: /^rediss?$/ }),
  KAFKA_BROKERS: z
    .string()
    .min(1)
    .transform((text) => text.split(',')),
})

/** @throws ConfigError with everything that is wrong */
export const readCatalogConfig = (env: NodeJS.ProcessEnv = process.env) => ({
  ...readConfig(CatalogConfig, env),
  limits: readLimits(env),
})
export type CatalogConfig = ReturnType<typeof readCatalogConfig>

const CommandConfig = CatalogConfig.pick({ DATABASE_URL: true, CACHE_URL: true })
  .partial({ CACHE_URL: true })
  // The analytics servers as the role that may read what the catalogue shows of them; for `federate` alone.
  .extend({ ANALYTICS_URL: postgresUrl.optional(), REPLICA_URL: postgresUrl.optional() })

/** The command line needs less: without a cache nothing is invalidated. @throws ConfigError */
export const readCommandConfig = (env: NodeJS.ProcessEnv = process.env) => ({
  ...readConfig(CommandConfig, env),
  limits: readLimits(env),
})
