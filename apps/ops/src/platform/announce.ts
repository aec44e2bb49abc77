import { world } from '@marquee/contracts'
import type { RunFile } from '../data-folder/run-file.js'
import type { Terminal } from '../terminal.js'
import { principalNames } from '../tokens.js'

export const describeCatalogue = (kind: RunFile['catalogKind']) =>
  kind === 'citus'
    ? 'Citus (a coordinator and two workers)'
    : 'plain PostgreSQL (no Citus installed, or declined)'

/** What people need when everything is up. The curl line must work as pasted. */
export function announce(terminal: Terminal, run: RunFile, runFilePath: string): void {
  const { line, bold, dim } = terminal
  line()
  line(bold('Marquee is up.'))
  line(`  API        ${bold(`${run.api}/api/v1`)}`)
  line(`  docs       ${bold(run.apiDocs)}`)
  line(`  catalogue  ${describeCatalogue(run.catalogKind)}`)
  line(`  logs       ${run.logs}   ${dim('npm run ops -- logs -f')}`)
  line(`  scripts    ${runFilePath}`)
  line()
  line(`Tokens for development, good for 12 hours:`)
  for (const name of principalNames) line(`  ${name.padEnd(8)} ${run.tokens[name]}`)
  line()
  line('Count a view:')
  line(
    `  curl -X POST -H 'Authorization: Bearer ${run.tokens.viewer}' -H 'Idempotency-Key: my-first-view' ${run.api}/api/v1/content/${world.contents.winterTide.slug}/views/increment`,
  )
  line()
  line('Ctrl-C stops everything in order.')
}
