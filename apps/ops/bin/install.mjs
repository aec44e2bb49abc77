import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder, root, toolEnvironment } from './environment.mjs'
import { runStep, StepFailed } from './run-step.mjs'

const networkAdvice =
  'Check the network (a proxy? a registry in ~/.npmrc?) and run the same command again; what was fetched is kept.'

/** Brings the pinned pnpm and the workspace's packages here; resolves to pnpm's path. Offline when nothing changed. */
export async function install() {
  const { packageManager } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  const version = packageManager.split('@')[1].split('+')[0]
  const pnpm = await ensurePnpm(version)
  await installPackages(pnpm, version)
  return pnpm
}

async function ensurePnpm(version) {
  const home = join(cacheFolder, `pnpm-${version}`)
  const pnpm = join(home, 'node_modules', '.bin', 'pnpm')
  if (existsSync(pnpm)) return pnpm
  const unfinished = await makeScratch(version)
  try {
    await runStep({
      title: `Getting pnpm ${version}`,
      file: 'npm',
      args: ['install', '--prefix', unfinished, '--no-package-lock', '--loglevel=error', `pnpm@${version}`],
      env: toolEnvironment(),
      advice: networkAdvice,
      quietMs: 0,
    })
    await rename(unfinished, home).catch((error) => {
      // Another start was quicker; its copy is as good as ours.
      if (!existsSync(pnpm)) throw error
    })
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
  return pnpm
}

async function makeScratch(version) {
  try {
    await mkdir(cacheFolder, { recursive: true })
    return await mkdtemp(join(cacheFolder, `pnpm-${version}.`))
  } catch (error) {
    throw new StepFailed(
      `The folder for downloads cannot be written: ${cacheFolder} (${error.code}).\n` +
        'Make it writable, or name another one: XDG_CACHE_HOME=/some/folder npm start',
    )
  }
}

async function installPackages(pnpm, version) {
  const stampFile = join(root, 'node_modules', '.marquee-install')
  const stamp = await wantedStamp(version)
  if ((await readFile(stampFile, 'utf8').catch(() => '')) === stamp) return
  await runStep({
    title: 'Installing packages',
    file: process.execPath,
    args: [
      pnpm,
      'install',
      '--frozen-lockfile',
      '--reporter=append-only',
      '--config.confirm-modules-purge=false',
    ],
    env: toolEnvironment(pnpm),
    detail: (line) => /^Progress: (.*?)(, done)?$/.exec(line)?.[1],
    advice: networkAdvice,
    quietMs: 0,
  })
  await writeFile(stampFile, stamp)
}

async function wantedStamp(version) {
  const hash = createHash('sha256').update(version)
  for (const name of ['pnpm-lock.yaml', 'pnpm-workspace.yaml']) hash.update(await readFile(join(root, name)))
  return hash.digest('hex')
}
