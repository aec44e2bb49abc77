import { createHash } from 'node:crypto'
import {
  chmod,
  cp,
  lchown,
  lstat,
  mkdir,
  readdir,
  realpath,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises'
import path from 'node:path'
import { EngineError } from '../errors.js'
import { outputOf } from '../install/programs.js'

/** How a server that refuses to run as root is run: as we are, in a user namespace of its own, or as a made user. */
export type PrivilegeKind = 'direct' | 'namespace' | 'user'

export interface Privileges {
  kind: PrivilegeKind
  /** The command that runs this one without root's powers. */
  command(file: string, args: string[]): { file: string; args: string[] }
  /** Makes a folder that the unprivileged side owns, with all in it, and can reach; returns where it really is. */
  own(folder: string): Promise<string>
  /** The same programs where the unprivileged side can run them. */
  programs(bin: string): Promise<string>
}

const namespaceArgs = ['--user', '--map-user=1000', '--map-group=1000']
const madeUser = 'marquee'
/** For what a made user must reach, when data or programs are below somebody's private home. */
const readableRoot = '/var/lib/marquee'

export async function choosePrivileges(): Promise<Privileges> {
  if (process.getuid?.() !== 0) return direct
  if ((await outputOf('unshare', [...namespaceArgs, 'true'])) !== null) return namespace
  return createPostgresUser()
}

export const direct: Privileges = {
  kind: 'direct',
  command: (file, args) => ({ file, args }),
  async own(folder) {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    return folder
  },
  programs: async (bin) => bin,
}

/** Root's files stay root's, seen from inside as user 1000's: works in place, also below a private home. */
export const namespace: Privileges = {
  kind: 'namespace',
  command: (file, args) => ({ file: 'unshare', args: [...namespaceArgs, file, ...args] }),
  async own(folder) {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await chownTree(folder, 0, 0)
    return folder
  },
  programs: async (bin) => bin,
}

/** Where user namespaces are closed: a system user of our own, and folders it can read. */
export async function createPostgresUser(): Promise<Privileges> {
  const ids = (await idsOf(madeUser)) ?? (await makeUser())
  const as = ['--reuid', String(ids.uid), '--regid', String(ids.gid), '--clear-groups']
  const can = async (flag: '-x' | '-r', file: string) =>
    (await outputOf('setpriv', [...as, 'test', flag, file])) !== null

  return {
    kind: 'user',
    command: (file, args) => ({ file: 'setpriv', args: [...as, file, ...args] }),
    async own(folder) {
      await mkdir(path.dirname(folder), { recursive: true, mode: 0o700 })
      const place = (await can('-x', path.dirname(folder))) ? folder : await readablePlace(folder)
      await mkdir(place, { recursive: true, mode: 0o700 })
      await chownTree(place, ids.uid, ids.gid)
      return place
    },
    async programs(bin) {
      const runs =
        (await can('-x', path.join(bin, 'postgres'))) && (await can('-r', path.join(bin, '../share')))
      return runs ? bin : path.join(await readableCopy(path.dirname(bin)), path.basename(bin))
    },
  }
}

async function idsOf(user: string): Promise<{ uid: number; gid: number } | null> {
  const uid = await outputOf('id', ['-u', user])
  const gid = await outputOf('id', ['-g', user])
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : null
}

async function makeUser(): Promise<{ uid: number; gid: number }> {
  await outputOf('useradd', [
    '--system',
    '--user-group',
    '--no-create-home',
    '--shell',
    '/usr/sbin/nologin',
    madeUser,
  ])
  const ids = await idsOf(madeUser)
  if (ids) return ids
  throw new EngineError(
    'PostgreSQL refuses to run as root, user namespaces are closed here, and no user could be made for it.\n' +
      `Start as an ordinary user, or make the user first: useradd --system ${madeUser}`,
  )
}

/** `folder` becomes a link to a place below /var/lib. What an earlier, removed folder left there goes. */
async function readablePlace(folder: string): Promise<string> {
  const place = path.join(
    readableRoot,
    'data',
    createHash('sha256').update(folder).digest('hex').slice(0, 16),
  )
  const linked = await lstat(folder).catch(() => null)
  if (linked?.isSymbolicLink()) return place
  await rm(place, { recursive: true, force: true })
  await makeReadable(path.dirname(place))
  if (linked) await cp(folder, place, { recursive: true, preserveTimestamps: true })
  if (linked) await rm(folder, { recursive: true })
  await symlink(place, folder)
  return place
}

async function readableCopy(prefix: string): Promise<string> {
  const { mtimeMs } = await stat(path.join(prefix, 'bin/postgres'))
  const key = createHash('sha256').update(`${prefix}:${mtimeMs}`).digest('hex').slice(0, 16)
  const copy = path.join(readableRoot, 'programs', key)
  if (await stat(copy).catch(() => null)) return copy
  await makeReadable(path.dirname(copy))
  const staging = `${copy}.${process.pid}`
  await cp(prefix, staging, { recursive: true, verbatimSymlinks: true })
  await rename(staging, copy)
  return copy
}

async function makeReadable(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const part of [readableRoot, folder]) await chmod(part, 0o755)
}

/** Also for data made another way than the one open now. */
async function chownTree(link: string, uid: number, gid: number): Promise<void> {
  const folder = await realpath(link)
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  for (const file of [folder, ...entries.map((entry) => path.join(entry.parentPath, entry.name))]) {
    if ((await lstat(file)).uid !== uid) await lchown(file, uid, gid)
  }
}
