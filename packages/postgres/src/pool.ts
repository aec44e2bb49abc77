import pg from 'pg'

export type Pool = pg.Pool
export type Tx = pg.PoolClient
/** Something to ask: the pool (one statement, its own transaction) or a transaction. */
export type Db = Pool | Tx

/** What the package logs to; pino fits. */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface PoolOptions {
  url: string
  /** The app; becomes application_name and the producer of its events. */
  name: string
  max?: number
  /** Client's deadline for one statement. The server's own is a little shorter, so that it usually speaks first. */
  queryTimeoutMs?: number
  /** A transaction left open so long, as by a frozen process, is ended by the server, which gives its locks back. */
  idleTransactionMs?: number
  log: Log
}

const { builtins } = pg.types
const parsers = new Map<number, (text: string) => unknown>([
  [builtins.INT8, Number],
  [builtins.NUMERIC, Number],
  // A date has no zone: as a Date it would shift with the machine's.
  [builtins.DATE, (text) => text],
])

/**
 * How rows are read: bigint and numeric as number, date as text, timestamptz as Date, json parsed. A custom type map, because
 * pg.types.setTypeParser would change every other user of pg in the process.
 */
export const rowTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    (format !== 'binary' && parsers.get(oid)) ||
    pg.types.getTypeParser(oid, format as 'text')) as pg.CustomTypesConfig['getTypeParser'],
}

/** The settings of every connection of an app: deadlines on both sides, and names to find it by. */
export const connectionSettings = (options: Omit<PoolOptions, 'max' | 'log'>): pg.ClientConfig => {
  const queryTimeoutMs = options.queryTimeoutMs ?? 5000
  return {
    connectionString: options.url,
    application_name: options.name,
    query_timeout: queryTimeoutMs,
    statement_timeout: Math.round(queryTimeoutMs * 0.9),
    idle_in_transaction_session_timeout: options.idleTransactionMs ?? 5000,
    connectionTimeoutMillis: 3000,
    keepAlive: true,
    types: rowTypes,
  }
}

export function createPool(options: PoolOptions): Pool {
  const pool = new pg.Pool({
    ...connectionSettings(options),
    max: options.max ?? 8,
    idleTimeoutMillis: 30_000,
  })
  const lost = (error: Error) => options.log.warn({ err: error, pool: options.name }, 'connection lost')
  pool.on('error', lost)
  // The pool watches idle clients only: without this a connection that dies inside a transaction ends the process.
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

/**
 * BEGIN, work, COMMIT; ROLLBACK when work throws. A connection that cannot even roll back is dropped from the pool.
 * @throws what work throws; an error when the server rolled back at COMMIT because work had swallowed a failed statement.
 */
export async function transaction<T>(pool: Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  const tx = await pool.connect()
  let broken: Error | undefined
  try {
    await tx.query('BEGIN')
    const result = await work(tx)
    const { command } = await tx.query('COMMIT')
    if (command !== 'COMMIT')
      throw new Error('the transaction had already failed and was rolled back at COMMIT')
    return result
  } catch (error) {
    broken = await rollback(tx, error as Error)
    throw error
  } finally {
    tx.release(broken)
  }
}

async function rollback(tx: Tx, cause: Error): Promise<Error | undefined> {
  // After a read timeout the connection still waits for its answer: a ROLLBACK would only queue up behind it.
  if (cause.message === 'Query read timeout') return cause
  try {
    await tx.query('ROLLBACK')
    return undefined
  } catch (error) {
    return error as Error
  }
}
