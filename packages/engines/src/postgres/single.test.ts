import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import pg from 'pg'
import { enginePorts } from '../engine-names.js'
import { type Engines, engineSpecs } from '../engine-specs.js'
import type { Supervisor } from '../supervise/process-spec.js'
import { waitUntil } from '../supervise/process-table.js'
import { supervise } from '../supervise/supervise.js'
import { freePort, removeTemporaryFolders, temporaryFolder } from '../testing.fixture.js'

/** More than the default number of workers serves: then the last ones copy nothing, and say nothing. */
const subscriptions = ['one', 'two', 'three', 'four', 'five']

describe('the analytics server and its replica', () => {
  let engines: Engines
  let supervisor: Supervisor
  let primary: pg.Client
  let replica: pg.Client

  beforeAll(async () => {
    const dataDir = await temporaryFolder()
    engines = await engineSpecs({
      dataDir,
      ports: enginePorts((await freePort()) - 4),
      want: ['analytics', 'replica'],
      catalogMode: 'plain',
      report: () => undefined,
      volatile: true,
    })
    supervisor = supervise(engines.specs, { dataDir })
    await supervisor.start()
    primary = new pg.Client(engines.urls.analytics)
    replica = new pg.Client(engines.urls.replica)
    await Promise.all([primary.connect(), replica.connect()])
  })

  afterAll(async () => {
    await Promise.all([primary.end(), replica.end()])
    await supervisor.stop()
    removeTemporaryFolders()
  })

  it('take more subscriptions at once than PostgreSQL has workers for unless told', async () => {
    const { port, username, password } = new URL(engines.urls.analytics)
    const connection = `host=127.0.0.1 port=${port} dbname=analytics user=${username} password=${password}`
    for (const name of subscriptions) {
      await primary.query(`CREATE TABLE ${name} AS SELECT 1 AS id`)
      await primary.query(`CREATE PUBLICATION ${name} FOR TABLE ${name}`)
      await replica.query(`CREATE TABLE ${name} (id int)`)
    }
    for (const name of subscriptions) {
      await replica.query(`CREATE SUBSCRIPTION ${name} CONNECTION '${connection}' PUBLICATION ${name}`)
    }
    const copied = async () => {
      for (const name of subscriptions) {
        if ((await replica.query(`SELECT FROM ${name}`)).rowCount !== 1) return false
      }
      return true
    }
    expect(await waitUntil(copied, 20_000)).toBe(true)
    for (const name of subscriptions) await replica.query(`DROP SUBSCRIPTION ${name}`)
  })

  it('let a replica that stays away fill no more than its share of the disk', async () => {
    const { rows } = await primary.query('SHOW max_slot_wal_keep_size')
    expect(rows).toEqual([{ max_slot_wal_keep_size: '1GB' }])
  })
})
