import { homedir } from 'node:os'
import path from 'node:path'

/** What the machine offers, as its environment tells. */
export interface Machine {
  /** Downloads are kept here, outside the work tree, shared by all clones of this user. */
  cacheDir: string
  /** Folders to look for programs in. */
  searchPath: string[]
  javaHome: string | undefined
  /** The environment for package managers, which have settings of their own in it. */
  env: Record<string, string>
  /** For the engines: nothing of the caller's but where programs and home are. */
  engineEnv: Record<string, string>
}

export function readMachine(env: NodeJS.ProcessEnv = process.env): Machine {
  const base = env.XDG_CACHE_HOME?.startsWith('/') ? env.XDG_CACHE_HOME : path.join(homedir(), '.cache')
  const searchPath = (env.PATH ?? '').split(path.delimiter).filter((folder) => folder !== '')
  const defined = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return {
    cacheDir: path.join(base, 'marquee'),
    searchPath,
    javaHome: env.JAVA_HOME,
    env: Object.fromEntries(defined),
    engineEnv: { PATH: env.PATH ?? '/usr/bin:/bin', HOME: homedir(), LC_ALL: 'C', TZ: 'UTC' },
  }
}
