import { type MongoClient, MongoServerError } from 'mongodb'
import { StartError } from '../errors.js'
import { waitUntil } from '../supervise/process-table.js'
import { directUrl, mongoUser, setName, withMongo } from './connect.js'

interface Member {
  port: number
  password: string
}

/** After a kill it reads its oplog from the last checkpoint on, which is a minute of writes at most. */
const electionPatienceMs = 60_000

const codes = {
  unauthorized: 13,
  authenticationFailed: 18,
  alreadyInitialized: 23,
  invalidReplicaSetConfig: 93,
  notYetInitialized: 94,
  configurationInProgress: 109,
}

const hasCode = (error: unknown, code: number) => error instanceof MongoServerError && error.code === code

/**
 * Makes a server that listens the primary of a set of its own, with our user. Each step looks first whether it is done: a start
 * killed between two of them is finished by the next. Throws StartError when there is no primary in time.
 */
export async function ensureReplicaSet(member: Member): Promise<void> {
  const known = await withMongo(directUrl(member.port, member.password), async (client) => {
    await untilPrimary(client, member.port)
    return true
  }).catch((error: unknown) => {
    if (hasCode(error, codes.authenticationFailed)) return false
    throw error
  })
  if (!known) await makeUser(member)
}

/** As long as there is no user, MongoDB lets who comes from this machine set up the replica set and make the first one. */
async function makeUser({ port, password }: Member): Promise<void> {
  await withMongo(directUrl(port), async (client) => {
    try {
      await untilPrimary(client, port)
      await client.db('admin').command({
        createUser: mongoUser,
        pwd: password,
        roles: ['root'],
        mechanisms: ['SCRAM-SHA-256'],
        writeConcern: { w: 'majority', j: true },
      })
    } catch (error) {
      if (!hasCode(error, codes.unauthorized)) throw error
      throw new StartError(
        'mongodb does not know the password in the file engine-password: its data were made with another one.',
      )
    }
  })
}

async function untilPrimary(client: MongoClient, port: number): Promise<void> {
  const elected = await waitUntil(async () => {
    if ((await client.db('admin').command({ hello: 1 })).isWritablePrimary) return true
    await configure(client, port)
    return false
  }, electionPatienceMs)
  if (!elected) throw new StartError(`mongodb had no primary within ${electionPatienceMs / 1000} s.`)
}

/** A set of one, at the port of now; nothing is done while the server has one and only waits for its election. */
async function configure(client: MongoClient, port: number): Promise<void> {
  const config = { _id: setName, version: 1, members: [{ _id: 0, host: `127.0.0.1:${port}` }] }
  const admin = client.db('admin')
  try {
    await admin.command({ replSetGetStatus: 1 })
  } catch (error) {
    if (hasCode(error, codes.notYetInitialized)) await unlessBusy(admin.command({ replSetInitiate: config }))
    // The port moved since: a server that does not find itself in its set waits for ever.
    else if (hasCode(error, codes.invalidReplicaSetConfig))
      await unlessBusy(admin.command({ replSetReconfig: config, force: true }))
    else throw error
  }
}

/** A server that is still reading its configuration looks like one without. */
async function unlessBusy(command: Promise<unknown>): Promise<void> {
  await command.catch((error: unknown) => {
    const busy = [codes.alreadyInitialized, codes.configurationInProgress]
    if (!busy.some((code) => hasCode(error, code))) throw error
  })
}
