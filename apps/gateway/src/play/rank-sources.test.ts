import { describe, expect, it } from '@jest/globals'
import type { Device, Quality } from '@marquee/contracts'
import { rankSources } from './rank-sources.js'

const [sd, hd, fhd, uhd] = ['SD_480p', 'HD_720p', 'FHD_1080p', 'UHD_4K'] as const
const source = (quality: Quality, bitrate: number | null = null, provider = 'a') => ({
  id: `${quality} ${bitrate} ${provider}`,
  provider,
  quality,
  bitrate,
})
const all = [uhd, sd, fhd, hd].map((quality) => source(quality))
const qualitiesOf = (sources: { quality: Quality }[]) => sources.map(({ quality }) => quality)

describe('sources', () => {
  it.each<[Device | undefined, Quality | undefined, Quality[]]>([
    // device, the most it wants, in the order to try
    [undefined, undefined, [fhd, hd, sd, uhd]],
    ['desktop', undefined, [fhd, hd, sd, uhd]],
    ['tablet', undefined, [fhd, hd, sd, uhd]],
    ['mobile', undefined, [hd, sd, fhd, uhd]],
    ['tv', undefined, [uhd, fhd, hd, sd]],
    ['tv', fhd, [fhd, hd, sd]],
    ['mobile', fhd, [hd, sd, fhd]],
    ['desktop', sd, [sd]],
    ['mobile', uhd, [hd, sd, fhd, uhd]],
  ])('for %s up to %s come as %j', (device, maxQuality, expected) => {
    expect(qualitiesOf(rankSources(all, { device, maxQuality }))).toEqual(expected)
  })

  it('that are all better than wanted leave the least: something plays rather than nothing', () => {
    const better = [source(uhd), source(fhd), source(fhd, 5)]
    expect(qualitiesOf(rankSources(better, { maxQuality: sd }))).toEqual([fhd, fhd])
    expect(rankSources([], { maxQuality: sd })).toEqual([])
  })

  it.each<[Device, (number | null)[]]>([
    ['tv', [9, 5, null]],
    ['mobile', [5, 9, null]],
  ])('of one quality come for %s by bitrate as %j', (device, bitrates) => {
    const same = [source(hd, null), source(hd, 9), source(hd, 5)]
    expect(rankSources(same, { device }).map(({ bitrate }) => bitrate)).toEqual(bitrates)
  })

  it('come in the same order, whatever the order in which they were added', () => {
    const same = [source(hd, 5, 'b'), source(hd, 5, 'a'), source(sd), source(uhd, 7)]
    expect(rankSources(same.toReversed(), {})).toEqual(rankSources(same, {}))
    expect(rankSources(same, {}).map(({ provider }) => provider)).toEqual(['a', 'b', 'a', 'a'])
  })
})
