import { readLimits } from '@marquee/contracts'
import { commonConfig, readConfig } from '@marquee/service-kit'
import { z } from 'zod'

const UserHistoryConfig = z.object({
  ...commonConfig,
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  REPLICA_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  KAFKA_BROKERS: z
    .string()
    .min(1)
    .transform((text) => text.split(',')),
  CATALOG_ORIGIN: z.url({ protocol: /^https?$/ }),
})

/** @throws ConfigError with everything that is wrong */
export const readUserHistoryConfig = (env: NodeJS.ProcessEnv = process.env) => ({
  ...readConfig(UserHistoryConfig, env),
  limits: readLimits(env),
})
export type UserHistoryConfig = ReturnType<typeof readUserHistoryConfig>
