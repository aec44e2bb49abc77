import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { world } from '@marquee/contracts'
import { signViewer, viewerHeader } from '@marquee/service-kit'
import pg from 'pg'
import { request } from 'undici'
import type { Client, Side } from './measure.js'

const path = '/api/v1/progress'
const { id: episodeId, durationSeconds } = world.episodes.winterTide1
const duration = durationSeconds!
/** Not completed: nothing becomes a play. */
const furthest = Math.floor(duration / 2)

/** As the gateway sends them for a viewer. */
export const headersOf = (internalKey: string, sub: string) => ({
  [viewerHeader]: signViewer(internalKey, { viewer: { sub, roles: [], scopes: [] }, address: '192.0.2.1' }),
  'content-type': 'application/json',
})

/**
 * 32 people who watch, each on a connection of his own, at a server that keeps reports of progress. That it answers what it was told,
 * and that this is in the database by then, is looked at first.
 */
export async function reporting(
  { url, ...side }: Side,
  internalKey: string,
  databaseUrl: string,
): Promise<Side> {
  await lookFirst(url + path, internalKey, databaseUrl)
  const client = () => watching(internalKey, randomUUID())
  return { ...side, url: url + path, method: 'POST', connections: 32, client }
}

function watching(internalKey: string, sub: string): Client {
  let sequence = 0
  const session = { episodeId, duration, sessionId: randomUUID(), state: 'playing' }
  return {
    headers: headersOf(internalKey, sub),
    nextBody() {
      sequence += 1
      return JSON.stringify({ ...session, sequence, position: 5 + (sequence % furthest) })
    },
  }
}

async function lookFirst(url: string, internalKey: string, databaseUrl: string): Promise<void> {
  const sub = randomUUID()
  const { headers, nextBody } = watching(internalKey, sub)
  const database = new pg.Client(databaseUrl)
  await database.connect()
  try {
    for (let n = 0; n < 3; n++) {
      const body = nextBody()
      const { position } = JSON.parse(body)
      const { statusCode, body: answer } = await request(url, { method: 'POST', headers, body })
      const { rows } = await database.query('SELECT position FROM user_progress WHERE user_id = $1', [sub])
      const told = (await answer.json()) as { position: number }
      assert.deepEqual([statusCode, told.position, rows], [200, position, [{ position }]], url)
    }
  } finally {
    await database.end()
  }
}
