import { describe, expect, it } from '@jest/globals'
import { type Endpoint, noContent } from '@marquee/service-kit'
import { bounded } from './bounded.js'

const about = { method: 'GET', path: '/x', operationId: 'x' } as unknown as Endpoint
const handled = (handle: Endpoint['handle']) => bounded(50)({ ...about, handle }).handle({} as never)

describe('a bounded endpoint', () => {
  it('is 503 when its time is over, however long its stores take', async () => {
    const began = performance.now()
    await expect(handled(() => new Promise(() => undefined))).rejects.toMatchObject({ code: 'unavailable' })
    expect(performance.now() - began).toBeLessThan(1000)
  })

  it('answers and fails as ever before', async () => {
    expect(await handled(async () => noContent())).toEqual(noContent())
    await expect(handled(() => Promise.reject(new Error('own')))).rejects.toThrow('own')
  })
})
