import { describe, expect, it } from '@jest/globals'
import { readConfig } from '../config.js'
import { rolePassword } from '../data-folder/role-passwords.js'
import type { Secrets } from '../data-folder/secrets.js'
import { appEnvironments, appNames, appSpecs } from './app-specs.js'

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
const environments = appEnvironments({ config, secrets, urls })

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
      CATALOG_ORIGIN: 'http://127.0.0.1:5001',
      USER_HISTORY_ORIGIN: 'http://127.0.0.1:5002',
      REVIEWS_ORIGIN: 'http://127.0.0.1:5003',
      TRENDING_ORIGIN: 'http://127.0.0.1:5004',
    })
  })
})

describe('the apps as processes', () => {
  const specsBeside = (engineProcesses: string[]) =>
    appSpecs({ config, environments, engineProcesses, prepare: async () => {} })

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
