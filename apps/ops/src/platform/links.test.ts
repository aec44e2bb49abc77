import { describe, expect, it } from '@jest/globals'
import { readConfig } from '../config.js'
import { instancesOf } from './instances.js'
import { checkLinks, linkedOrigins, linkedUrls } from './links.js'

const instances = instancesOf({ port: 5000, instances: 2 })
const urls = {
  catalog: 'postgresql://marquee:secret@127.0.0.1:5100/catalog',
  analytics: 'postgresql://marquee:secret@127.0.0.1:5103/analytics',
  replica: 'postgresql://marquee:secret@127.0.0.1:5104/analytics',
  reviews: 'mongodb://marquee:secret@127.0.0.1:5105/reviews?replicaSet=marquee&directConnection=false',
  cache: 'redis://:secret@127.0.0.1:5106',
  counters: 'redis://:secret@127.0.0.1:5107',
  kafka: '127.0.0.1:5110',
}

describe('links of a test', () => {
  it('stand between the apps and what they use, and nowhere else', () => {
    expect(linkedUrls(urls, { 'postgres-catalog': 6001, 'redis-cache': 6002, kafka: 6003 })).toEqual({
      ...urls,
      catalog: 'postgresql://marquee:secret@127.0.0.1:6001/catalog',
      cache: 'redis://:secret@127.0.0.1:6002',
      kafka: '127.0.0.1:6003',
    })
    expect(linkedOrigins(instances, { 'catalog#2': 6004 })).toMatchObject({
      catalog: ['http://127.0.0.1:5001', 'http://127.0.0.1:6004'],
      trending: ['http://127.0.0.1:5004', 'http://127.0.0.1:5014'],
    })
  })

  it('are not gone around by who looks for the members of a replica set', () => {
    const { searchParams, port } = new URL(linkedUrls(urls, { mongodb: 6005 }).reviews)
    expect([port, searchParams.get('directConnection')]).toEqual(['6005', 'true'])
  })

  it.each(['gateway', 'catalog#3', 'postgres-catalog-worker-1', 'nobody'])(
    'to %s, which nothing of ours goes to by its port, are refused',
    (name) => {
      expect(() => checkLinks({ [name]: 6000 }, instances)).toThrow(`nothing that goes to ${name}`)
      expect(() => checkLinks({ 'catalog#2': 6000, kafka: 6001 }, instances)).not.toThrow()
    },
  )

  it('are read from the environment, and refused in production', () => {
    const MARQUEE_FAULT_LINKS = '{"kafka":6003}'
    expect(readConfig({ MARQUEE_FAULT_LINKS }).links).toEqual({ kafka: 6003 })
    expect(readConfig({}).links).toEqual({})
    expect(() => readConfig({ MARQUEE_FAULT_LINKS, NODE_ENV: 'production' })).toThrow(/production/)
    for (const wrong of ['kafka', '[]', '{"kafka":"x"}', '{"kafka":0}'])
      expect(() => readConfig({ MARQUEE_FAULT_LINKS: wrong })).toThrow('MARQUEE_FAULT_LINKS')
  })
})
