import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { engineNames, enginePorts, engineSpecs } from '@marquee/engines'
import type { Config } from '../config.js'
import { describeCatalogue } from '../platform/announce.js'
import { portOffsets } from '../platform/app-specs.js'
import { exitCodes } from '../problem.js'
import { createTerminal } from '../terminal.js'

/** Gets the engines' programs (downloading what is missing) and says on what the catalogue would run; starts nothing. */
export async function engines(config: Config, { json }: { json?: boolean }): Promise<number> {
  const terminal = createTerminal(process.stderr, config.color)
  // A data folder fixes the versions of its engines; a scratch one asks what a fresh start would take.
  const scratch = await mkdtemp(join(tmpdir(), 'marquee-engines-'))
  try {
    const { catalogKind } = await engineSpecs({
      dataDir: scratch,
      ports: enginePorts(config.port + portOffsets.engines),
      want: engineNames,
      catalogMode: config.catalogMode,
      urls: config.urls,
      report: ({ subject, step, fraction }) => terminal.working(subject, step, fraction),
    })
    const description = describeCatalogue(catalogKind)
    terminal.line('The engines are here.')
    console.log(json ? JSON.stringify({ catalogKind, description }) : `The catalogue runs on ${description}.`)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
  return exitCodes.ok
}
