import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from '@jest/globals'
import { readTopic, settle } from '@marquee/test-kit'
import { api } from '../checked.js'
import { readRun } from '../platform.js'

/**
 * The totals once the catalogue has caught up: the same as trending's own, read through the answer of a repeated view. The one view
 * that the key counts the first time is part of what is read before the load.
 */
export async function stableTotals(titles: string[], tag: string): Promise<Record<string, number>> {
  const settled = await Promise.all(
    titles.map(async (id) => {
      const key = { method: 'POST', headers: { 'idempotency-key': `${tag}-settled-${id}` } }
      await api(`/api/v1/content/${id}/views/increment`, key)
      const total = await settle(
        async () => {
          const { json } = await api(`/api/v1/content/${id}/views/increment`, key)
          expect(json.counted).toBe(false)
          expect((await api(`/api/v1/content/${id}`)).json.totalViews).toBe(json.totalViews)
          return json.totalViews as number
        },
        { timeoutMs: 60_000, everyMs: 250 },
      )
      return [id, total] as const
    }),
  )
  return Object.fromEntries(settled)
}

/** What trending stored, told by its own command: it exits with 1 when its ids, totals and buckets differ among themselves. */
async function storedViewIds(): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'marquee-ids-'))
  try {
    const file = join(folder, 'ids')
    const cli = join(import.meta.dirname, '../../../../apps/trending/dist/cli.js')
    const env = { ...process.env, COUNTERS_URL: readRun().engines.counters, NODE_OPTIONS: '' }
    await promisify(execFile)(process.execPath, [cli, 'reconcile', '--json', '--ids', file], { env })
    return (await readFile(file, 'utf8')).trim().split('\n')
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Kafka keeps every view longer than a platform under test is old: its distinct ids are those in Redis, and the totals. */
export async function everyViewHasItsEvent(after: Record<string, number>): Promise<void> {
  await settle(
    async () => {
      const messages = await readTopic(readRun().engines.kafka, 'content.viewed')
      const idsOf = (chosen: typeof messages) => new Set(chosen.map(({ headers }) => String(headers.ce_id)))
      const counted = Object.keys(after).map((id) => [
        id,
        idsOf(messages.filter((each) => each.headers.ce_subject === id)).size,
      ])
      expect(Object.fromEntries(counted)).toEqual(after)
      expect([...idsOf(messages)].sort()).toEqual((await storedViewIds()).sort())
    },
    { timeoutMs: 60_000, everyMs: 1_000 },
  )
}

export async function everyTitleHasItsEvent(made: Map<string, string>): Promise<void> {
  await settle(
    async () => {
      const messages = await readTopic(readRun().engines.kafka, 'content')
      const subjects = new Set(
        messages
          .filter(({ headers }) => headers.ce_type === 'content.created')
          .map(({ headers }) => headers.ce_subject),
      )
      expect([...made.keys()].filter((id) => !subjects.has(id))).toEqual([])
    },
    { timeoutMs: 30_000 },
  )
}
