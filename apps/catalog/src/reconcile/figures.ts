import type { Pool } from '@marquee/postgres'
import type { Figure } from '@marquee/service-kit'
import {
  episodeVersionsInPages,
  pendingFacts,
  statsInPages,
  titleVersionsInPages,
  type Version,
} from './reconcile-store.js'

const size = 5000

/** What other apps keep too. */
export async function* figures(pool: Pool): AsyncGenerator<Figure> {
  for await (const rows of statsInPages(pool, size))
    for (const { id: key, views, count, sum } of rows) {
      if (views > 0) yield { figure: 'views by title', key, value: String(views) }
      if (count > 0) yield { figure: 'rating by title', key, value: `${count} ${sum}` }
    }
  for await (const rows of titleVersionsInPages(pool, size)) yield* versions('titles', rows)
  for await (const rows of episodeVersionsInPages(pool, size)) yield* versions('episodes', rows)
  yield { figure: 'outbox', key: 'catalog', value: String(await pendingFacts(pool)) }
}

function* versions(figure: string, rows: Version[]): Generator<Figure> {
  for (const { id, version, status } of rows) yield { figure, key: id, value: `${version} ${status}` }
}
