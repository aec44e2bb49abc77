import pg from 'pg'
import { withClient } from './connect.js'

/** Where a catalogue database is made: URLs of any database of each server. No workers: plain PostgreSQL. */
export interface CatalogServers {
  coordinator: string
  workers: string[]
}

const inDatabase = (url: string, name: string) => {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.href
}

/** Makes a database on every node and joins the nodes in it; what is there already is left alone. Returns its URL. */
export async function createCatalogDatabase(servers: CatalogServers, name: string): Promise<string> {
  const nodes = [servers.coordinator, ...servers.workers]
  const clustered = servers.workers.length > 0
  await Promise.all(
    nodes.map(async (url) => {
      await withClient(inDatabase(url, 'postgres'), (client) => createDatabase(client, name))
      if (!clustered) return
      await withClient(inDatabase(url, name), (client) =>
        client.query('CREATE EXTENSION IF NOT EXISTS citus'),
      )
    }),
  )
  const url = inDatabase(servers.coordinator, name)
  if (clustered) await withClient(url, (client) => joinNodes(client, servers))
  return url
}

async function createDatabase(client: pg.Client, name: string): Promise<void> {
  const known = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name])
  if (known.rowCount === 0) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`)
}

/** Ports may have moved since the nodes were joined first: node ids are kept, addresses follow. */
async function joinNodes(client: pg.Client, { coordinator, workers }: CatalogServers): Promise<void> {
  const coordinatorPort = Number(new URL(coordinator).port)
  const ports = workers.map((url) => Number(new URL(url).port))
  const known = await client.query<{ nodeid: number; groupid: number; nodeport: number }>(
    'SELECT nodeid, groupid, nodeport FROM pg_dist_node ORDER BY groupid',
  )
  if (known.rows.length === 0) {
    await client.query('SELECT citus_set_coordinator_host($1, $2)', ['127.0.0.1', coordinatorPort])
    for (const port of ports) await client.query('SELECT citus_add_node($1, $2)', ['127.0.0.1', port])
    return
  }
  const wanted = [coordinatorPort, ...ports]
  const moves = known.rows.flatMap((node, index) => {
    const port = wanted[index]
    return port === undefined || port === node.nodeport
      ? []
      : [{ nodeid: node.nodeid, from: node.nodeport, port }]
  })
  // No node may pass over a port that another still has.
  if (moves.some((move) => move.port > move.from)) moves.reverse()
  for (const { nodeid, port } of moves) {
    await client.query('SELECT citus_update_node($1, $2, $3)', [nodeid, '127.0.0.1', port])
  }
}

/** Drops it on every node, sessions and all. */
export async function dropCatalogDatabase(servers: CatalogServers, name: string): Promise<void> {
  for (const url of [servers.coordinator, ...servers.workers]) {
    await withClient(inDatabase(url, 'postgres'), (client) =>
      client.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`),
    )
  }
}
