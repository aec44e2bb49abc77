import { readLimits } from '@marquee/contracts'
import { commonConfig, originList, readConfig } from '@marquee/service-kit'
import { z } from 'zod'

const ReviewsConfig = z.object({
  ...commonConfig,
  DATABASE_URL: z.url({ protocol: /^mongodb(\+srv)?$/ }),
  KAFKA_BROKERS: z
    .string()
    .min(1)
    .transform((text) => text.split(',')),
  CATALOG_ORIGINS: originList,
})

/** @throws ConfigError with everything that is wrong */
export const readReviewsConfig = (env: NodeJS.ProcessEnv = process.env) => ({
  ...readConfig(ReviewsConfig, env),
  limits: readLimits(env),
})
export type ReviewsConfig = ReturnType<typeof readReviewsConfig>

const CommandConfig = ReviewsConfig.pick({ DATABASE_URL: true, CATALOG_ORIGINS: true }).partial({
  CATALOG_ORIGINS: true,
})

/** The command line needs less; only `seed` asks the catalogue. @throws ConfigError */
export const readCommandConfig = (env: NodeJS.ProcessEnv = process.env) => ({
  ...readConfig(CommandConfig, env),
  limits: readLimits(env),
})
