import { type Quality, world } from '@marquee/contracts'
import type { NewTitle } from '../import/new-title.js'

const playsIn = new Map([
  [world.contents.winterTide.id, world.credits.hanSeo],
  [world.contents.paperLanterns.id, world.credits.kitamuraAoi],
  [world.contents.jadeCourt.id, world.credits.linWei],
])
const own = [...Object.values(world.sources), ...Object.values(world.subtitles)]
const bitrates: [Quality, number][] = [
  ['HD_720p', 3_000_000],
  ['FHD_1080p', 6_000_000],
]

/** Made of the episode's id, so that it is the same in every seed. */
const idBeside = (episodeId: string, group: number, n: number) =>
  episodeId.replace('01920004-0000', `0192000${group}-${String(n).padStart(4, '0')}`)

/** Who plays in a title of the named world, and what its episodes are streamed from: the world's own, else the like of it. */
export function worldPlay(contentId: string): Pick<NewTitle, 'credits' | 'sources' | 'subtitles'> {
  const part = playsIn.get(contentId)
  const episodes = Object.values(world.episodes).filter((episode) => episode.contentId === contentId)
  const others = episodes.filter(({ id }) => !own.some(({ episodeId }) => episodeId === id))
  const address = (id: string, file: string) => `https://cdn.example.com/${id}/${file}`
  return {
    credits: part ? [{ ...part, id: part.person.id, personId: part.person.id }] : [],
    sources: [
      ...Object.values(world.sources).filter(({ episodeId }) => episodes.some(({ id }) => id === episodeId)),
      ...others.flatMap(({ id }) =>
        bitrates.map(([quality, bitrate], n) => ({
          ...{
            id: idBeside(id, 8, n + 1),
            episodeId: id,
            provider: 'local',
            quality,
            bitrate,
            fileSize: null,
          },
          url: address(id, `${quality}.m3u8`),
        })),
      ),
    ],
    subtitles: [
      ...Object.values(world.subtitles).filter(({ episodeId }) =>
        episodes.some(({ id }) => id === episodeId),
      ),
      ...others.map(({ id }) => ({
        ...{ id: idBeside(id, 9, 1), episodeId: id, language: 'en', isDefault: true },
        fileUrl: address(id, 'en.vtt'),
      })),
    ],
  }
}
