import { expect, it } from '@jest/globals'
import pg from 'pg'
import { api } from '../checked.js'
import { ops } from '../ops.js'
import { newPerson } from '../people.js'
import { readRun } from '../platform.js'
import { nineEndpoints } from './nine-endpoints.js'

it('all nine endpoints answer right on a platform that has just started', nineEndpoints, 60_000)

it('a play is on the replica once it is verified', async () => {
  const { demo, engines } = readRun()
  const { id, token } = newPerson()
  const body = { episodeId: demo.episodeId, position: 60, duration: 3720, state: 'stopped' }
  expect((await api('/api/v1/progress', { method: 'POST', token, body })).status).toBe(200)
  const verified = await ops('replication', 'verify', '--json')
  expect(verified).toMatchObject({ exitCode: 0 })
  const replica = new pg.Client(engines.replica)
  await replica.connect()
  try {
    const { rows } = await replica.query(
      'SELECT content_id, completed FROM user_watch_history WHERE user_id = $1',
      [id],
    )
    expect(rows).toEqual([{ content_id: demo.contentId, completed: false }])
  } finally {
    await replica.end()
  }
}, 60_000)
