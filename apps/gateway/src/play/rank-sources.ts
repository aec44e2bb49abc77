import { type Device, type Quality, qualities, type VideoSource } from '@marquee/contracts'

/** The best that each device shows as it is: more only costs, less can be seen. */
const bestFor: Readonly<Record<Device, Quality>> = {
  mobile: 'HD_720p',
  tablet: 'FHD_1080p',
  desktop: 'FHD_1080p',
  tv: 'UHD_4K',
}
/** Who does not say what he watches on. */
const unknownDevice: Device = 'desktop'
/** Paid by the megabyte, more often than not: of two sources of one quality the smaller one. */
const sparing: ReadonlySet<Device> = new Set(['mobile'])

const rankOf = (quality: Quality) => qualities.indexOf(quality)

/**
 * Sources in the order in which a player should try them: the best that the device shows, then what is less, best first, then what
 * is more, least first. Of one quality, known bitrates before unknown ones, the larger first but for who pays for each byte.
 * `maxQuality` leaves out what is better; where nothing else is left the least of all stays, since something plays rather than nothing.
 */
export function rankSources<T extends Pick<VideoSource, 'id' | 'provider' | 'quality' | 'bitrate'>>(
  sources: readonly T[],
  { device = unknownDevice, maxQuality }: { device?: Device | undefined; maxQuality?: Quality | undefined },
): T[] {
  const best = rankOf(bestFor[device])
  const distance = ({ quality }: T) => {
    const rank = rankOf(quality)
    return rank <= best ? best - rank : qualities.length + rank
  }
  const bits = ({ bitrate }: T) => {
    if (bitrate === null) return Number.POSITIVE_INFINITY
    return sparing.has(device) ? bitrate : -bitrate
  }
  return within(sources, maxQuality).toSorted(
    (a, b) =>
      distance(a) - distance(b) ||
      compare(bits(a), bits(b)) ||
      compare(a.provider, b.provider) ||
      compare(a.id, b.id),
  )
}

function within<T extends Pick<VideoSource, 'quality'>>(sources: readonly T[], most?: Quality): readonly T[] {
  if (most === undefined) return sources
  const fitting = sources.filter(({ quality }) => rankOf(quality) <= rankOf(most))
  if (fitting.length > 0) return fitting
  const least = Math.min(...sources.map(({ quality }) => rankOf(quality)))
  return sources.filter(({ quality }) => rankOf(quality) === least)
}

const compare = <T extends string | number>(a: T, b: T) => (a < b ? -1 : Number(a > b))
