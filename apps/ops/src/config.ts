import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from '@marquee/contracts'
import { seedSizeNames } from '@marquee/seed'
import { exitCodes, OpsError } from './problem.js'

const optionalUrl = z.url().optional()

/** Of each app: as many fit between its first port and the engines'. */
const maxInstances = 9
export const Instances = z.coerce.number(`a number from 1 to ${maxInstances}`).int().min(1).max(maxInstances)

const Links = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown
    } catch {
      context.addIssue({ code: 'custom', message: 'not JSON' })
      return z.NEVER
    }
  })
  .pipe(z.record(z.string(), z.number().int().min(1).max(65_535)))

const Environment = z.object({
  MARQUEE_PORT: z.coerce.number().int().min(1024).max(65_000).default(3000),
  MARQUEE_INSTANCES: Instances.default(1),
  MARQUEE_DATA: z.string().min(1).default('.data'),
  MARQUEE_SEED_SIZE: z.enum([...seedSizeNames, 'none']).default('s'),
  MARQUEE_CATALOG: z.enum(['auto', 'plain', 'citus']).default('auto'),
  MARQUEE_CATALOG_URL: optionalUrl,
  MARQUEE_ANALYTICS_URL: optionalUrl,
  MARQUEE_REPLICA_URL: optionalUrl,
  MARQUEE_REVIEWS_URL: optionalUrl,
  MARQUEE_CACHE_URL: optionalUrl,
  MARQUEE_COUNTERS_URL: optionalUrl,
  MARQUEE_KAFKA_BROKERS: z.string().min(1).optional(),
  /** For fault tests: ways to processes that the apps take, by process name. */
  MARQUEE_FAULT_LINKS: Links.default({}),
  NODE_ENV: z.string().optional(),
  NO_COLOR: z.string().optional(),
})

export type Config = ReturnType<typeof readConfig>

/** The repository: where apps are started from and what a relative MARQUEE_DATA is relative to. */
export const root = fileURLToPath(new URL('../../../', import.meta.url))

/** @throws OpsError that names every wrong variable at once. */
export function readConfig(env: NodeJS.ProcessEnv = process.env) {
  const parsed = Environment.safeParse(env)
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`)
    throw new OpsError(`The environment is not right:\n${wrong.join('\n')}`, { exitCode: exitCodes.usage })
  }
  const values = parsed.data
  if (values.NODE_ENV === 'production' && Object.keys(values.MARQUEE_FAULT_LINKS).length > 0)
    throw new OpsError('MARQUEE_FAULT_LINKS is set, which production does not accept.', {
      exitCode: exitCodes.usage,
    })
  return {
    port: values.MARQUEE_PORT,
    instances: values.MARQUEE_INSTANCES,
    dataDir: resolve(root, values.MARQUEE_DATA),
    links: values.MARQUEE_FAULT_LINKS,
    seedSize: values.MARQUEE_SEED_SIZE,
    catalogMode: values.MARQUEE_CATALOG,
    urls: {
      catalog: values.MARQUEE_CATALOG_URL,
      analytics: values.MARQUEE_ANALYTICS_URL,
      replica: values.MARQUEE_REPLICA_URL,
      reviews: values.MARQUEE_REVIEWS_URL,
      cache: values.MARQUEE_CACHE_URL,
      counters: values.MARQUEE_COUNTERS_URL,
      kafka: values.MARQUEE_KAFKA_BROKERS,
    },
    color: values.NO_COLOR === undefined || values.NO_COLOR === '',
    appEnvironment: withoutNpm(env),
  }
}

// npm describes *this* command in its variables; a child would mistake them for its own.
function withoutNpm(env: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(env).filter(
    ([name]) => !/^(npm_(lifecycle|package|command|execpath)|MARQUEE_STOP_WITH_PARENT$)/.test(name),
  )
  return Object.fromEntries(kept) as Record<string, string>
}
