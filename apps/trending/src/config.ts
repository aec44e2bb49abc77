import { readLimits, z } from '@marquee/contracts'
import { commonConfig, originList, readConfig } from '@marquee/service-kit'

const stores = {
  COUNTERS_URL: z.url({ protocol: /^rediss?$/ }),
  CATALOG_ORIGINS: originList,
}

const Config = z.object({ ...commonConfig, ...stores, KAFKA_BROKERS: z.string().min(1) })
export type Config = ReturnType<typeof serviceConfig>

/** @throws ConfigError */
export function serviceConfig(env: NodeJS.ProcessEnv = process.env) {
  const { KAFKA_BROKERS, ...config } = readConfig(Config, env)
  return { ...config, kafkaBrokers: KAFKA_BROKERS.split(','), limits: readLimits(env) }
}

const CliConfig = z.object({
  COUNTERS_URL: stores.COUNTERS_URL,
  CATALOG_ORIGINS: stores.CATALOG_ORIGINS.optional(),
})

/** What the commands need: the counters, and the catalogue where it runs. @throws ConfigError */
export const cliConfig = (env: NodeJS.ProcessEnv = process.env) => ({
  ...readConfig(CliConfig, env),
  limits: readLimits(env),
})
