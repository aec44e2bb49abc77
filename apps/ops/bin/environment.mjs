import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../../', import.meta.url))

/** Downloads live outside the work tree, so that a fresh clone finds what the last one fetched. */
export const cacheFolder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'marquee')

export const onTerminal = Boolean(process.stderr.isTTY)

/** Under npm the platform must not outlive it; started by hand it may (setsid, a service manager). */
export const parentToWatch =
  process.env.npm_lifecycle_event || process.env.MARQUEE_STOP_WITH_PARENT ? process.ppid : undefined

/** For tools that run without a terminal of their own: no telemetry, no update checks, no questions. */
export function toolEnvironment(pnpmBin) {
  return {
    ...process.env,
    PATH: pnpmBin ? `${dirname(pnpmBin)}${delimiter}${process.env.PATH}` : process.env.PATH,
    // With production, pnpm leaves out the compiler.
    NODE_ENV: 'development',
    DO_NOT_TRACK: '1',
    TURBO_TELEMETRY_DISABLED: '1',
    TURBO_NO_UPDATE_NOTIFIER: '1',
    npm_config_update_notifier: 'false',
    npm_config_fund: 'false',
    npm_config_audit: 'false',
  }
}
