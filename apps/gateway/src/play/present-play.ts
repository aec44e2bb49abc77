import type {
  Device,
  Entitlement,
  InternalPlay,
  Play,
  PlayState,
  Quality,
  Subtitle,
} from '@marquee/contracts'
import { rankSources } from './rank-sources.js'

export interface GatheredPlay {
  play: InternalPlay
  /** Null with the reason why user-history said nothing. */
  told: { value: PlayState } | { value: null; reason: string }
}

export interface Asked {
  device?: Device | undefined
  maxQuality?: Quality | undefined
}

export interface Signing {
  sign(url: string): string
  expiresAt: string
}

/** One answer of the parts. Pure: addresses are signed by who asks. */
export function presentPlay(
  { play, told }: GatheredPlay,
  decision: Entitlement,
  asked: Asked,
  { sign, expiresAt }: Signing,
): Play {
  const { content, episode } = play
  const sources = decision.allowed ? rankSources(play.sources, asked) : []
  const subtitles = decision.allowed ? play.subtitles.toSorted(defaultFirst) : []
  const { resume = null, next = null, autoNext = null } = told.value ?? {}
  return {
    content,
    episode,
    entitlement: decision,
    sources: sources.map(({ id, provider, quality, bitrate, fileSize, url }) => ({
      ...{ id, provider, quality, bitrate, fileSize },
      url: sign(url),
    })),
    subtitles: subtitles.map(({ id, language, isDefault, fileUrl }) => ({
      ...{ id, language, isDefault },
      url: sign(fileUrl),
    })),
    expiresAt: sources.length + subtitles.length > 0 ? expiresAt : null,
    resume,
    next,
    autoNext,
    parts: {
      catalog: { state: 'fresh', ageMs: 0, source: 'catalog' },
      viewer: told.value
        ? { state: 'fresh', ageMs: 0, source: 'user-history' }
        : { state: 'missing', ageMs: null, source: null, reason: told.reason },
    },
  }
}

const defaultFirst = (a: Subtitle, b: Subtitle) =>
  Number(b.isDefault) - Number(a.isDefault) || (a.language < b.language ? -1 : 1)
