import { type AppName, appNames, portOffsets } from './app-specs.js'

/** One process of an app. */
export interface Instance {
  /** `catalog` is the first, `catalog#2` the second. */
  name: string
  port: number
}
export type Instances = Record<AppName, Instance[]>

/** Between an instance and the next of the same app. */
const portStep = 10

export const originAt = (port: number) => `http://127.0.0.1:${port}`

/** Every process of every app. */
export function instancesOf({ port, instances }: { port: number; instances: number }): Instances {
  const of = (app: AppName) =>
    Array.from({ length: instances }, (_, index) => ({
      name: index === 0 ? app : `${app}#${index + 1}`,
      port: port + portOffsets[app] + portStep * index,
    }))
  return mapApps(of)
}

/** Where each of them listens. */
export const originsOf = (instances: Instances): Record<AppName, string[]> =>
  mapApps((app) => instances[app].map(({ port }) => originAt(port)))

export const mapApps = <T>(make: (app: AppName) => T): Record<AppName, T> =>
  Object.fromEntries(appNames.map((app) => [app, make(app)])) as Record<AppName, T>
