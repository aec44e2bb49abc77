import assert from 'node:assert/strict'
import { readTopic, settle } from '@marquee/test-kit'
import { newPerson } from '../../../people.js'
import type { Run } from '../../../platform.js'
import type { Scene } from '../../case.js'
import { patience } from '../../patience.js'
import type { RelayStore } from './outboxes.js'
import { created, newTitle, nextGateway, tell, untilAnswered, withKey } from './requests.js'
import { countOf } from './stores.js'

/** Facts of a case's own, each stated exactly once, whose effects can be counted in every store that hears of them. */
export interface OwnFacts {
  /** States one more, however often it takes to hear that it is. */
  make(): Promise<void>
  made(): number
  /** What each store that hears of them has come to, by the name of the store; each is to be `made()`. */
  effects(): Promise<Record<string, number>>
}

const kinds: Record<RelayStore['app'], (scene: Scene, tag: string) => Promise<Omit<OwnFacts, 'made'>>> = {
  async catalog(scene, tag) {
    let n = 0
    const made = 'SELECT count(*) FROM content_titles WHERE title LIKE $1 AND version = 1'
    return {
      make: async () => void (await newTitle(scene, `${tag} ${++n}`)),
      effects: async () => ({
        listing: await countOf(
          scene.run().engines.catalog,
          'SELECT count(*) FROM content_listing WHERE title LIKE $1',
          [`${tag} %`],
        ),
        'titles of user-history': await countOf(scene.run().engines.analytics, made, [`${tag} %`]),
      }),
    }
  },
  async reviews(scene, tag) {
    const title = await newTitle(scene, `${tag} reviewed`)
    const path = `/api/v1/content/${title}/reviews`
    return {
      async make() {
        const { id, token } = newPerson()
        const ask = { method: 'POST', token, headers: withKey(id), body: { rating: 7, text: tag } }
        created(await untilAnswered(scene, path, ask))
      },
      async effects() {
        const { json } = created(await tell(scene, nextGateway(scene), path, {}))
        const rated = created(await tell(scene, nextGateway(scene), `/api/v1/content/${title}`, {}))
        return {
          reviews: json.summary.count,
          'ratings of the catalogue': rated.json.ratingCount,
          'ratings of user-history': await countOf(
            scene.run().engines.analytics,
            `SELECT coalesce(max(rating_count), 0) AS count FROM content_analytics WHERE content_id = $1`,
            [title],
          ),
        }
      },
    }
  },
  async trending(scene, tag) {
    const title = await newTitle(scene, `${tag} viewed`)
    const path = `/api/v1/content/${title}/views/increment`
    const known = { method: 'POST', headers: withKey(`${tag} known`) }
    let n = 0
    const make = async () => {
      const headers = withKey(`${tag} ${n++}`)
      created(
        await untilAnswered(scene, path, { method: 'POST', headers, body: { viewerId: `${tag} ${n}` } }),
      )
    }
    // Asked again by `effects`, which so reads the total of trending without counting.
    created(await untilAnswered(scene, path, known))
    return {
      make,
      async effects() {
        const { json } = created(await tell(scene, nextGateway(scene), path, known))
        const copied = created(await tell(scene, nextGateway(scene), `/api/v1/content/${title}`, {}))
        const days = 'SELECT coalesce(sum(views), 0) AS count FROM content_analytics WHERE content_id = $1'
        return {
          trending: json.totalViews - 1,
          'totals of the catalogue': copied.json.totalViews - 1,
          'days of user-history': (await countOf(scene.run().engines.analytics, days, [title])) - 1,
        }
      },
    }
  },
}

export async function ownFacts(scene: Scene, { app }: RelayStore, tag: string): Promise<OwnFacts> {
  const facts = await kinds[app](scene, tag)
  let made = 0
  return {
    ...facts,
    async make() {
      await facts.make()
      made += 1
    },
    made: () => made,
  }
}

/** States facts, `together` at a time, until stopped. */
export function keepMaking({ make }: OwnFacts, together = 8) {
  let running = true
  const making = Promise.allSettled(
    Array.from({ length: together }, async () => {
      while (running) await make()
    }),
  )
  /** @throws what went wrong with any of them, once none is under way */
  return async (): Promise<void> => {
    running = false
    for (const one of await making) if (one.status === 'rejected') throw one.reason
  }
}

/** Every fact has had its effect, once, in every store. */
export async function everyFactCounts({ effects, made }: Pick<OwnFacts, 'effects' | 'made'>): Promise<void> {
  await settle(
    async () => {
      const seen = await effects()
      const wanted = Object.fromEntries(Object.keys(seen).map((store) => [store, made()]))
      assert.deepEqual(seen, wanted)
    },
    { timeoutMs: 40_000 * patience, everyMs: 250 },
  )
}

/** How often each event stands in these topics. */
export async function copiesIn({ engines }: Run, topics: readonly string[]): Promise<Map<string, number>> {
  const messages = (await Promise.all(topics.map((topic) => readTopic(engines.kafka, topic)))).flat()
  const copies = new Map<string, number>()
  for (const { headers } of messages) copies.set(headers.ce_id!, (copies.get(headers.ce_id!) ?? 0) + 1)
  return copies
}
