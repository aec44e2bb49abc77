import { InternalEpisodes, InternalTitles } from '@marquee/contracts'
import { type Pool, transaction } from '@marquee/postgres'
import { type HttpClient, ownerPages } from '@marquee/service-kit'
import { episodeCopy, titleCopy } from '../titles/copies.js'
import { alone } from './alone.js'
import type { RebuildOptions, Rebuilt } from './rebuild-analytics.js'
import { copiedTables, dropCopies, keepCopies, makeCopies, swapCopies } from './rebuild-titles-store.js'

/**
 * The copies of titles and episodes anew, from their owner: read page by page beside the live ones, then put in their place. What
 * events bring meanwhile is newer and stays.
 * @throws Error when the catalogue does not answer, or another rebuild runs
 */
export function rebuildTitles(
  primary: Pool,
  catalog: Pick<HttpClient, 'get'>,
  { dryRun = false, onProgress = () => {} }: RebuildOptions = {},
): Promise<Rebuilt> {
  const began = performance.now()
  return alone(primary, async () => {
    const { rows } = await primary.query<{ now: Date }>('SELECT now()')
    await makeCopies(primary)
    try {
      let built = 0
      const told = (more: number) => {
        built += more
        onProgress(built)
      }
      for await (const items of ownerPages(catalog, '/internal/titles', InternalTitles)) {
        const copies = items.map((title) => titleCopy(title, title.version))
        await keepCopies(primary, 'content_titles', copies)
        told(items.length)
      }
      for await (const items of ownerPages(catalog, '/internal/episodes', InternalEpisodes)) {
        const copies = items.map((episode) => episodeCopy(episode, episode.version))
        await keepCopies(primary, 'content_episodes', copies)
        told(items.length)
      }
      const differing = await transaction(primary, async (tx) => {
        await tx.query('SAVEPOINT built')
        let differing = 0
        for (const table of copiedTables) differing += await swapCopies(tx, table, rows[0]!.now)
        if (dryRun) await tx.query('ROLLBACK TO SAVEPOINT built')
        return differing
      })
      return { what: 'titles', built, differing, swapped: !dryRun, ms: Math.round(performance.now() - began) }
    } finally {
      await dropCopies(primary)
    }
  })
}
