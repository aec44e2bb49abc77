import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { root } from '../config.js'
import { portOffsets, storesOf } from './app-specs.js'

const compose = readFileSync(join(root, 'docker-compose.yml'), 'utf8')
const services = compose.slice(compose.indexOf('\nservices:\n'), compose.indexOf('\nnetworks:\n'))

describe('docker compose', () => {
  it('has a service for every process that npm start has, under the same name', () => {
    const { engines: _engines, ...apps } = portOffsets
    const processes = [...Object.keys(apps), ...Object.values(storesOf).flat(), 'redis-cache', 'kafka']
    const names = [...services.matchAll(/^ {2}([a-z0-9-]+):$/gm)].map(([, name]) => name)
    expect(names).toEqual(expect.arrayContaining(processes))
  })

  it('takes no image whose version moves', () => {
    const images = [...compose.matchAll(/image: (\S+)/g)].map(([, image]) => image)
    for (const image of images.filter((name) => name !== 'marquee'))
      expect(image).toMatch(/:\d+\.\d+\.\d+|:\d{2}\.\d+/)
  })
})
