import { commonConfig, originList, readConfig } from '@marquee/service-kit'
import { z } from 'zod'
import { isDevelopmentKey, readKeySet } from './access/signing-keys.js'

const origin = z
  .url({ protocol: /^https?$/ })
  .transform((text) => new URL(text).origin)
  .meta({ description: 'scheme, host and port' })

const Config = z
  .object({
    ...commonConfig,
    CATALOG_ORIGINS: originList,
    TRENDING_ORIGINS: originList,
    USER_HISTORY_ORIGINS: originList,
    REVIEWS_ORIGINS: originList,
    /** Shares the counts of the rate limits between instances, and keeps last good parts of composed answers. Works without. */
    CACHE_URL: z.url({ protocol: /^rediss?$/ }).optional(),
    /** Signs the addresses of sources; who serves the files checks them by it. Left out: made of MARQUEE_INTERNAL_KEY. */
    MARQUEE_PLAYBACK_KEY: z
      .string()
      .regex(/^[0-9a-f]{32,}$/i, 'expected at least 32 hex digits')
      .optional(),
    /** Public keys that tokens are signed with, as a JWKS. */
    JWKS_FILE: z.string().superRefine((file, context) => {
      try {
        readKeySet(file)
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message })
      }
    }),
    JWT_ISSUER: z.string().min(1).default('marquee-dev'),
    JWT_AUDIENCE: z.string().min(1).default('marquee'),
    /** Origins of web pages that may call the API, separated by commas. */
    CORS_ORIGINS: z
      .string()
      .default('')
      .transform((text) =>
        text
          .split(',')
          .map((item) => item.trim())
          .filter(Boolean),
      )
      .pipe(z.array(origin)),
    /** Where the outside finds this gateway; named in the OpenAPI document. Left out: relative. */
    PUBLIC_ORIGIN: origin.optional(),
    /** How many proxies of ours stand in front and append to X-Forwarded-For. */
    TRUST_PROXY: z.coerce.number().int().min(0).max(10).default(0),
    /** `run.json` with development tokens, to try operations out in /api-docs. */
    DEV_TOKENS_FILE: z.string().optional(),
  })
  .superRefine((config, context) => {
    if (config.NODE_ENV !== 'production') return
    const refuse = (name: string, message: string) =>
      context.addIssue({ code: 'custom', path: [name], message })
    if (config.DEV_TOKENS_FILE) refuse('DEV_TOKENS_FILE', 'development tokens have no place in production')
    if (readKeySet(config.JWKS_FILE).keys.some(({ kid }) => isDevelopmentKey(kid))) {
      refuse('JWKS_FILE', 'holds a development key (kid dev-...), which production does not accept')
    }
  })

export type GatewayConfig = z.output<typeof Config>

/** @throws ConfigError with every problem of the environment at once */
export const gatewayConfig = (env: NodeJS.ProcessEnv): GatewayConfig => readConfig(Config, env)

export const environment = process.env
