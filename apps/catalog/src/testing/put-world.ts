import { world } from '@marquee/contracts'
import { type Pool, query, sql, transaction } from '@marquee/postgres'
import { insertTitle } from '../content/content-store.js'
import { insertEpisode } from '../episodes/episode-store.js'
import { insertGenre } from '../genres/genre-store.js'

const translate = sql(
  'test.translate',
  'INSERT INTO content_translations (content_id, language, title) VALUES ($1, $2, $3)',
)

const list = sql('test.list-names', 'UPDATE content_listing SET titles = $2 WHERE id = $1')

/** The named world through the app's own stores, with one translation. */
export async function putWorld(pool: Pool): Promise<void> {
  await transaction(pool, async (tx) => {
    for (const { id, name } of Object.values(world.genres)) await insertGenre(tx, id, name)
  })
  for (const content of Object.values(world.contents))
    await transaction(pool, async (tx) => {
      const times = {
        publishAt: null,
        createdAt: new Date(content.createdAt),
        updatedAt: new Date(content.updatedAt),
      }
      await insertTitle(tx, { ...content, ...times, titleLanguage: 'en' }, [content.slug])
      for (const episode of Object.values(world.episodes).filter(({ contentId }) => contentId === content.id))
        await insertEpisode(tx, { ...episode, airDate: new Date(episode.airDate) })
    })
  const { id } = world.contents.winterTide
  await query(pool, translate, [id, 'ja', '冬の潮'])
  await query(pool, list, [id, '冬の潮'])
}
