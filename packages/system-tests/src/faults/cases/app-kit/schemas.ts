import { MongoClient } from 'mongodb'
import { rowsOf } from './stores.js'

// Citus shows no shards in pg_class; their numbers go on when a migration is run again.
const everything = `
  SELECT 'column' AS kind, format('%s.%s %s %s %s %s', table_name, column_name, udt_name, is_nullable,
      coalesce(column_default, ''), coalesce(generation_expression, '')) AS what
    FROM information_schema.columns WHERE table_schema NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
      AND table_schema NOT LIKE 'citus%'
  UNION ALL SELECT 'index', indexdef FROM pg_indexes
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND schemaname NOT LIKE 'citus%'
  UNION ALL SELECT 'constraint', format('%s %s', conrelid::regclass, pg_get_constraintdef(oid)) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid IN (SELECT oid FROM pg_class)
  UNION ALL SELECT 'comment', format('%s %s %s', objoid::regclass, objsubid, description) FROM pg_description
    WHERE classoid = 'pg_class'::regclass AND objoid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
  UNION ALL SELECT 'kind', format('%s %s', relkind, relname) FROM pg_class
    WHERE relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname NOT LIKE 'pg_%' AND nspname NOT LIKE 'citus%'
      AND nspname NOT IN ('information_schema', 'columnar', 'columnar_internal'))
  UNION ALL SELECT 'migration', name FROM migrations
  ORDER BY 1, 2`
const distributed = `SELECT format('%s %s %s', logicalrelid::regclass, partmethod, repmodel) AS what
  FROM pg_dist_partition ORDER BY 1`

/** All that migrations make in a database, one line each; what is distributed over a cluster too. */
export async function postgresSchema(url: string): Promise<string[]> {
  const lines = await rowsOf<{ kind: string; what: string }>(url, everything)
  const [citus] = await rowsOf(url, `SELECT FROM pg_extension WHERE extname = 'citus'`)
  const shards = citus ? await rowsOf<{ what: string }>(url, distributed) : []
  return [
    ...lines.map(({ kind, what }) => `${kind} ${what}`),
    ...shards.map(({ what }) => `distributed ${what}`),
  ]
}

/** Collections with their rules and indexes, and which migrations are recorded. */
export async function mongoSchema(url: string): Promise<string[]> {
  const client = new MongoClient(url, { maxPoolSize: 1, serverSelectionTimeoutMS: 3_000 })
  try {
    const db = client.db()
    const collections = await db.listCollections().toArray()
    const described = await Promise.all(
      collections.map(async ({ name, type, ...more }) => {
        const { options } = more as { options?: object }
        const indexes = await db.collection(name).indexes()
        return JSON.stringify({ name, type, options, indexes })
      }),
    )
    const record = await db
      .collection<{ _id: string; done?: string[] }>('migrations')
      .findOne({ _id: 'schema' })
    return [...described.sort(), `done ${record?.done}`]
  } finally {
    await client.close()
  }
}
