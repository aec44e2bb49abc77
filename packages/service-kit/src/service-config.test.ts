import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { ConfigError } from './config-error.js'
import { commonConfig, readConfig } from './service-config.js'

const schema = z.object({ ...commonConfig, DATABASE_URL: z.url() })
const good = {
  PORT: '3001',
  MARQUEE_INTERNAL_KEY: 'a'.repeat(64),
  MARQUEE_CURSOR_KEY: 'b'.repeat(64),
  INSTANCE: 'catalog#2',
  DATABASE_URL: 'postgres://127.0.0.1:1/x',
}

describe('the configuration', () => {
  it('is typed, with defaults, and without what it does not know', () => {
    const config = readConfig(schema, { ...good, OTHER: 'x', LOG_LEVEL: '' })
    expect(config).toEqual({
      ...good,
      PORT: 3001,
      HOST: '127.0.0.1',
      NODE_ENV: 'development',
      LOG_LEVEL: 'info',
    })
  })

  it('tells everything that is wrong at once', () => {
    const read = () =>
      readConfig(schema, {
        ...good,
        PORT: '70000',
        DATABASE_URL: undefined,
        INSTANCE: 'X',
        MARQUEE_LIMIT_BODY_BYTES: '-1',
      })
    expect(read).toThrow(ConfigError)
    try {
      read()
    } catch (error) {
      const { problems } = error as ConfigError
      expect(problems).toHaveLength(4)
      expect(problems).toContain('DATABASE_URL is missing')
      for (const name of ['PORT', 'INSTANCE', 'MARQUEE_LIMIT_BODY_BYTES'])
        expect(problems.join('\n')).toContain(name)
    }
  })

  it('never repeats the value of a key', () => {
    expect(() => readConfig(schema, { ...good, MARQUEE_INTERNAL_KEY: 'hunter2' })).toThrow(/^(?!.*hunter2)/s)
  })
})
