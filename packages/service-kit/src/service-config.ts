import { readLimits } from '@marquee/contracts'
import { z } from 'zod'
import { ConfigError } from './config-error.js'

const key = z.string().regex(/^[0-9a-f]{32,}$/i, 'expected at least 32 hex digits')

/** What every app is given by its supervisor; spread it into the app's own schema. */
export const commonConfig = {
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535),
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  /** Signs the viewer header; the same in every app. */
  MARQUEE_INTERNAL_KEY: key,
  /** Signs cursors; the same in every instance. */
  MARQUEE_CURSOR_KEY: key,
  INSTANCE: z.string().regex(/^[a-z][a-z0-9-]*(#\d+)?$/),
}

/** Where the instances of another app listen, separated by commas: as `httpClient` takes them, each once. */
export const originList = z
  .string()
  .transform((text) => text.split(',').map((item) => item.trim()))
  .pipe(z.array(z.url({ protocol: /^https?$/ }).transform((text) => new URL(text).origin)))
  .transform((origins) => [...new Set(origins)])
  .meta({ description: 'scheme, host and port of each instance, separated by commas' })

/**
 * The environment as typed values; names that the schema does not know are ignored.
 * Overrides of limits are checked along, so `readLimits(env)` cannot fail afterwards.
 * @throws ConfigError
 */
export function readConfig<T extends z.ZodObject>(schema: T, env: NodeJS.ProcessEnv): z.output<T> {
  const present = Object.fromEntries(
    Object.keys(schema.shape)
      .filter((name) => env[name] !== undefined && env[name] !== '')
      .map((name) => [name, env[name]]),
  )
  const result = schema.safeParse(present)
  const problems = result.success ? [] : result.error.issues.map((issue) => explain(issue, present))
  problems.push(...limitProblems(env))
  if (problems.length > 0) throw new ConfigError(problems)
  return result.data as z.output<T>
}

function explain(issue: z.core.$ZodIssue, present: Record<string, unknown>): string {
  const name = String(issue.path[0] ?? 'environment')
  return name in present || issue.path.length === 0 ? `${name}: ${issue.message}` : `${name} is missing`
}

function limitProblems(env: NodeJS.ProcessEnv): string[] {
  try {
    readLimits(env)
    return []
  } catch (error) {
    return (error as Error).message.split('\n')
  }
}
