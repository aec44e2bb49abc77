import { watch } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Config, root } from '../config.js'
import { appNames } from '../platform/app-specs.js'
import type { Platform } from '../platform/platform.js'
import { up } from '../platform/up.js'
import type { Terminal } from '../terminal.js'
import { affectedBy, type PackageNode } from './affected.js'

const debounceMs = 200

/** `up`, and whenever sources change: compile, then restart the apps that use what changed. */
export function dev(config: Config, { parent, build }: DevOptions): Promise<number> {
  return up(config, { parent, whileUp: (platform, terminal) => watchSources({ platform, terminal, build }) })
}

interface DevOptions {
  parent?: number | undefined
  /** Compiles what changed; rejects with a message for people. */
  build(): Promise<unknown>
}

interface Watched extends Pick<DevOptions, 'build'> {
  platform: Platform
  terminal: Terminal
}

async function watchSources(watched: Watched): Promise<() => void> {
  const { terminal } = watched
  const packages = await readPackages()
  const changed = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  let building = Promise.resolve()
  const flush = () => {
    const names = [...changed]
    changed.clear()
    building = building.then(() => rebuild(names, packages, watched))
  }
  const watchers = packages.map(({ name, folder }) =>
    watch(join(root, folder, 'src'), { recursive: true }, (_event, file) => {
      if (file === null || /\.test\.ts$|~$|\.sw.$/.test(file)) return
      changed.add(name)
      clearTimeout(timer)
      timer = setTimeout(flush, debounceMs)
    }),
  )
  terminal.line('Watching the sources: a change is compiled and its apps are restarted.')
  return () => {
    clearTimeout(timer)
    for (const watcher of watchers) watcher.close()
  }
}

async function rebuild(
  names: string[],
  packages: PackageNode[],
  { platform, terminal, build }: Watched,
): Promise<void> {
  terminal.line(`Changed: ${names.join(', ')}`)
  try {
    await build()
  } catch (error) {
    return terminal.warn(`${(error as Error).message}\nUntil then the apps run on as they are.`)
  }
  const affected = affectedBy(names, packages)
  const apps = appNames.filter((app) => affected.has(`@marquee/${app}`))
  const restarts = apps.map((app) => platform.restart(app))
  if (affected.has('@marquee/ops')) terminal.warn('The supervisor itself changed: stop and start to use it.')
  await Promise.all(restarts)
}

async function readPackages(): Promise<PackageNode[]> {
  const tops = await Promise.all(
    ['apps', 'packages'].map(async (top) => (await readdir(join(root, top))).map((name) => `${top}/${name}`)),
  )
  const nodes = tops.flat().map(async (folder) => {
    const { name, dependencies = {} } = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'))
    return { name, folder, dependencies: Object.keys(dependencies) }
  })
  return Promise.all(nodes)
}
