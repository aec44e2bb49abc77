import pg from 'pg'
import { api } from '../../checked.js'
import { readRun } from '../../platform.js'
import { between, type Check, gather, writesOf } from './context.js'

/** Acknowledged <= counted <= acknowledged + unknown, and every store that counts tells the same number. */
export const views: Check = async (checked) => {
  const analysed = await analytics(checked.world.titles.map(({ id }) => id))
  const { told: topics, foreign } = checked.topics
  // Poison names titles too.
  const told = topics.get('content.viewed')!.filter((event) => !foreign.has(event.id))
  return await gather(checked.world.titles, async ({ id }) => {
    const { json } = await api(`/api/v1/content/${id}/details`)
    const state = json.parts?.trending?.state
    if (state !== 'fresh') return [`views of ${id} are ${state}`]
    const total: number = json.trending.totalViews
    const { ok, unknown } = writesOf(checked, 'view', id)
    const catalogue = (await api(`/api/v1/content/${id}`)).json.totalViews
    const events = new Set(told.filter(({ subject }) => subject === id).map((event) => event.id)).size
    return [
      ...between(`views of ${id}`, total, ok.length, ok.length + unknown.length),
      ...between(`views of ${id} in the catalogue`, catalogue, total, total),
      ...between(`views of ${id} in content_analytics`, analysed.get(id) ?? 0, total, total),
      ...between(`events content.viewed of ${id}`, events, total, total),
    ]
  })
}

async function analytics(ids: string[]): Promise<Map<string, number>> {
  const rows = await queryOnce<{ content_id: string; views: string }>(
    readRun().engines.analytics,
    'SELECT content_id, sum(views) AS views FROM content_analytics WHERE content_id = ANY($1) GROUP BY 1',
    [ids],
  )
  return new Map(rows.map(({ content_id, views }) => [content_id, Number(views)]))
}

/** One statement on a connection of its own. */
export async function queryOnce<T extends object>(
  connectionString: string,
  text: string,
  values: unknown[] = [],
): Promise<T[]> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 3_000, query_timeout: 10_000 })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query<T>(text, values)).rows
  } finally {
    await client.end()
  }
}
