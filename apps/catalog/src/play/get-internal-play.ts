import { InternalPlay, Uuid, z } from '@marquee/contracts'
import { endpoint, jsonBytes } from '@marquee/service-kit'
import type { Catalog } from '../context.js'
import { noEpisode } from '../episodes/get-episode.js'
import { titleOfEpisode } from '../episodes/of-episode.js'
import { privately } from '../responses.js'
import { readPlay } from './play-store.js'

export const getInternalPlay = ({ pool }: Catalog) =>
  endpoint({
    method: 'GET',
    path: '/internal/episodes/{id}/play',
    operationId: 'getInternalPlay',
    summary: 'What play is made of',
    description: 'Of every status, with the addresses as they are kept: the gateway decides who sees what.',
    tag: 'Internal',
    access: 'public',
    params: z.object({ id: Uuid }),
    responses: { 200: { description: 'The episode', schema: InternalPlay } },
    problems: ['episode_not_found'],
    async handle({ params: { id } }) {
      const play = await readPlay(pool, await titleOfEpisode(pool, id), id)
      if (play === null) throw noEpisode(id)
      return jsonBytes(200, Buffer.from(play), privately)
    },
  })
