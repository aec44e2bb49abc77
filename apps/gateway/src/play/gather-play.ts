import { InternalPlay, type Limits, PlayState } from '@marquee/contracts'
import { type HttpClient, httpClient, type Logger } from '@marquee/service-kit'
import {
  type Calling,
  connections,
  downstream,
  parse,
  refusal,
  unusable,
} from '../content-details/downstreams.js'
import { appsTimeoutMs, startUntil } from '../content-details/until.js'
import type { Fleet } from '../fleet.js'
import type { GatheredPlay } from './present-play.js'

export interface PlayQuestion {
  episodeId: string
  /** Request id, trace, and the signed caller. */
  forward: Record<string, string>
  /** Aborted when the client leaves. */
  signal: AbortSignal
  log(): Logger
}

/** @throws ApiError what the catalogue refuses; unavailable when it does not answer, or nothing that can be read */
async function askCatalogue(client: HttpClient, id: string, calling: Calling): Promise<InternalPlay> {
  const { status, body } = await client.get(`/internal/episodes/${id}/play`, calling)
  if (status >= 400 && status < 500) throw refusal(status, body)
  if (status !== 200) throw unusable(new Error(`the catalogue answered ${status}`))
  const parsed = parse(InternalPlay, body)
  if ('defect' in parsed) throw unusable(parsed.defect)
  return parsed.value
}

/** Asks the catalogue for the episode and user-history for the viewer at once, under one deadline; only the first is required. */
export function openPlayGather(fleet: Fleet, limits: Limits) {
  const timeoutMs = appsTimeoutMs(limits)
  const catalogue = httpClient({ origins: fleet.catalog, name: 'The catalogue', timeoutMs, connections })
  const history = httpClient({ origins: fleet['user-history'], name: 'user-history', timeoutMs, connections })
  const viewing = downstream(history, {
    name: 'user-history',
    schema: PlayState,
    path: (id) => `/internal/play/${id}`,
  })

  const gather = async ({ episodeId, forward, signal, log }: PlayQuestion): Promise<GatheredPlay> => {
    const until = startUntil(limits, signal)
    const calling = { headers: forward, signal: until.signal }
    try {
      const asked = Promise.race([viewing.ask(episodeId, calling), until.over])
      const play = await askCatalogue(catalogue, episodeId, calling)
      const told = await asked
      if (!told) return { play, told: { value: null, reason: 'user-history did not answer in time' } }
      if (told.value) return { play, told }
      if (told.defect !== undefined) log().error({ err: told.defect }, 'an answer cannot be read')
      return { play, told: { value: null, reason: told.reason } }
    } catch (error) {
      until.stop(error)
      throw error
    } finally {
      until.clear()
    }
  }
  return {
    gather,
    close: async () => void (await Promise.all([catalogue.close(), history.close()])),
  }
}
