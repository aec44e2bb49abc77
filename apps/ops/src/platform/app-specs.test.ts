import { describe, expect, it } from '@jest/globals'
import { readConfig } from '../config.js'
import { rolePassword } from '../data-folder/role-passwords.js'
import type { Secrets } from '../data-folder/secrets.js'
import { appEnvironments, appNames, appSpecs } from './app-specs.js'
import { instancesOf, originsOf } from './instances.js'

const secrets: Secrets = {
  internalKey: 'ab'.repeat(32),
  cursorKey: 'cd'.repeat(32),
  signingKey: { kid: 'dev-1', kty: 'RSA', n: '', e: '', d: '' },
}
const urls = {
  catalog: 'postgresql://marquee:secret@127.0.0.1:5100/catalog',
  analytics: 'postgresql://marquee:secret@127.0.0.1:5103/analytics',
  replica: 'postgresql://marquee:secret@127.0.0.1:5104/analytics',
  reviews: 'mongodb://marquee:secret@127.0.0.1:5105/reviews',
  cache: 'redis://:secret@127.0.0.1:5106',
  counters: 'redis://:secret@127.0.0.1:5107',
  kafka: '127.0.0.1:5108',
}
const config = readConfig({ MARQUEE_PORT: '5000', MARQUEE_DATA: '/tmp/marquee-specs' })
const instances = instancesOf(config)
const environments = appEnvironments({ config, secrets, urls, origins: originsOf(instances) })

describe('the environment of an app', () => {
  it('gives the catalogue both analytics servers as the role that sees no email', () => {
    const password = rolePassword(secrets, 'federation')
    expect(environments.catalog).toMatchObject({
      ANALYTICS_URL: `postgresql://federation:${password}@127.0.0.1:5103/analytics`,
      REPLICA_URL: `postgresql://federation:${password}@127.0.0.1:5104/analytics`,
    })
  })

  it('gives every app but user history no more of the analytics servers than that', () => {
    for (const app of appNames.filter((name) => name !== 'user-history'))
      expect(Object.values(environments[app])).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/marquee:secret@127\.0\.0\.1:510[34]/)]),
      )
  })

  it('tells the gateway where every app listens', () => {
    expect(environments.gateway).toMatchObject({
      PORT: '5000',
      CATALOG_ORIGINS: 'http://127.0.0.1:5001',
      USER_HISTORY_ORIGINS: 'http://127.0.0.1:5002',
      REVIEWS_ORIGINS: 'http://127.0.0.1:5003',
      TRENDING_ORIGINS: 'http://127.0.0.1:5004',
    })
  })
})

describe('the apps as processes', () => {
  const specsBeside = (engineProcesses: string[]) =>
    appSpecs({ config, instances, environments, engineProcesses, prepare: async () => {} })

  it('begin with the catalogue and end with the gateway', () => {
    const specs = specsBeside([])
    for (const { name, dependsOn } of specs) {
      if (name === 'catalog') expect(dependsOn).toEqual([])
      else expect(dependsOn).toContain('catalog')
    }
    expect(specs.find(({ name }) => name === 'gateway')?.dependsOn.sort()).toEqual(
      appNames.filter((name) => name !== 'gateway').sort(),
    )
  })

  it('wait for the engines they cannot do without, and for none that runs elsewhere', () => {
    const specs = specsBeside(['postgres-catalog', 'kafka', 'mongodb'])
    expect(specs.find(({ name }) => name === 'catalog')?.dependsOn).toEqual(['postgres-catalog', 'kafka'])
  })
})

describe('two instances of each app', () => {
  const two = instancesOf({ port: 5000, instances: 2 })
  const origins = originsOf(two)
  const specs = appSpecs({
    config,
    instances: two,
    environments: appEnvironments({ config, secrets, urls, origins }),
    engineProcesses: ['kafka'],
    prepare: async () => {},
  })
  const spec = (name: string) => specs.find((each) => each.name === name)

  it('have names, ports and logs of their own', () => {
    expect(specs.map(({ name, port }) => [name, port])).toEqual(
      expect.arrayContaining([
        ['catalog', 5001],
        ['catalog#2', 5011],
        ['gateway', 5000],
        ['gateway#2', 5010],
        ['user-history#2', 5012],
        ['reviews#2', 5013],
        ['trending#2', 5014],
      ]),
    )
    expect(spec('catalog#2')).toMatchObject({
      command: { env: { PORT: '5011', INSTANCE: 'catalog#2' } },
      logFile: '/tmp/marquee-specs/logs/catalog#2.log',
    })
  })

  it('are all known to who asks the app, and are all there before it starts', () => {
    expect(spec('reviews#2')?.command.env?.CATALOG_ORIGINS).toBe(
      'http://127.0.0.1:5001,http://127.0.0.1:5011',
    )
    expect(spec('gateway#2')?.dependsOn).toEqual(
      expect.arrayContaining(['catalog', 'catalog#2', 'trending', 'trending#2']),
    )
    expect(spec('catalog#2')?.dependsOn).toEqual(['kafka'])
  })

  it('begin nine times before the engines do', () => {
    const ports = Object.values(instancesOf({ port: 5000, instances: 9 }))
      .flat()
      .map(({ port }) => port)
    expect(new Set(ports).size).toBe(45)
    expect(Math.max(...ports)).toBeLessThan(5100)
  })
})
