import { Uuid, z } from '@marquee/contracts'
import { transaction } from '@marquee/postgres'
import { endpoint, noContent } from '@marquee/service-kit'
import type { Catalog } from '../context.js'
import { holdEpisode, titleOfEpisode } from '../episodes/of-episode.js'
import { noSubtitle } from './put-default-subtitle.js'
import { makeDefault, removeSubtitle, subtitlesOf } from './subtitle-store.js'

export const deleteSubtitle = ({ pool }: Catalog) =>
  endpoint({
    method: 'DELETE',
    path: '/api/v1/episodes/{id}/subtitles/{subtitleId}',
    operationId: 'deleteSubtitle',
    summary: 'Remove subtitles',
    description: 'After the default, the ones that were added first are it.',
    tag: 'Sources',
    access: 'editor',
    params: z.object({ id: Uuid, subtitleId: Uuid }),
    responses: { 204: { description: 'The subtitles are gone' } },
    problems: ['episode_not_found', 'subtitle_not_found'],
    async handle({ params: { id, subtitleId } }) {
      const contentId = await titleOfEpisode(pool, id)
      await transaction(pool, async (tx) => {
        await holdEpisode(tx, contentId, id)
        const present = await subtitlesOf(tx, contentId, id)
        const gone = present.find((one) => one.id === subtitleId)
        if (!gone) throw noSubtitle(subtitleId)
        await removeSubtitle(tx, contentId, id, subtitleId)
        const heir = present.find((one) => one.id !== subtitleId)
        if (gone.isDefault && heir) await makeDefault(tx, contentId, id, heir.id)
      })
      return noContent()
    },
  })
