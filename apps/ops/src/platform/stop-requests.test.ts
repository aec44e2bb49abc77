import { describe, expect, it } from '@jest/globals'
import { decideStops, type StopReason } from './stop-requests.js'

function world() {
  const seen: string[] = []
  let time = 0
  const decide = decideStops(
    { onStop: (reason) => seen.push(reason), onForce: () => seen.push('force') },
    () => time,
  )
  return {
    seen,
    at: (ms: number, reason: StopReason) => {
      time = ms
      decide(reason)
    },
  }
}

describe('stop requests', () => {
  it('takes the two SIGINTs of one Ctrl-C as one', () => {
    const { seen, at } = world()
    at(0, 'SIGINT')
    at(20, 'SIGINT')
    expect(seen).toEqual(['SIGINT'])
  })

  it('is forced by a second Ctrl-C, however often its signal arrives', () => {
    const { seen, at } = world()
    at(0, 'SIGINT')
    at(20, 'SIGINT')
    at(3000, 'SIGINT')
    at(3020, 'SIGINT')
    expect(seen).toEqual(['SIGINT', 'force'])
  })

  it('is never forced by signals that no finger sent', () => {
    const { seen, at } = world()
    at(0, 'SIGTERM')
    at(2000, 'SIGTERM')
    at(4000, 'SIGHUP')
    at(6000, 'npm is gone')
    expect(seen).toEqual(['SIGTERM'])
  })
})
