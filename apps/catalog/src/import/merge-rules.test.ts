import { describe, expect, it } from '@jest/globals'
import { mergeFields } from './merge-rules.js'

const name = 'title'

describe('a re-import of one field (last imported, source now, here now)', () => {
  it('changes nothing when nobody changed anything', () => {
    const merge = mergeFields({ [name]: 'A' }, { [name]: 'A' }, { [name]: 'A' })
    expect(merge).toEqual({ changes: {}, kept: [], imported: { title: 'A' } })
  })

  it('follows the source when nobody edited', () => {
    const merge = mergeFields({ [name]: 'A' }, { [name]: 'B' }, { [name]: 'A' })
    expect(merge).toEqual({ changes: { title: 'B' }, kept: [], imported: { title: 'B' } })
  })

  it('keeps an edit when the source says what it said before', () => {
    const merge = mergeFields({ [name]: 'A' }, { [name]: 'A' }, { [name]: 'X' })
    expect(merge).toEqual({
      changes: {},
      kept: [{ field: 'title', sourceChanged: false }],
      imported: { title: 'A' },
    })
  })

  it('keeps an edit when the source changed too, and follows it again once the edit is taken back', () => {
    const merge = mergeFields({ [name]: 'A' }, { [name]: 'B' }, { [name]: 'X' })
    expect(merge).toEqual({
      changes: {},
      kept: [{ field: 'title', sourceChanged: true }],
      imported: { title: 'A' },
    })
    expect(mergeFields(merge.imported, { [name]: 'B' }, { [name]: 'A' }).changes).toEqual({ title: 'B' })
  })

  it('agrees when the editor was first with what the source now says', () => {
    const merge = mergeFields({ [name]: 'A' }, { [name]: 'B' }, { [name]: 'B' })
    expect(merge).toEqual({ changes: {}, kept: [], imported: { title: 'B' } })
  })

  it('adds what is new in the source and removes what left it', () => {
    const merge = mergeFields(
      { 'externalIds.mal': ['1', null] },
      { 'translations.en': 'A' },
      { 'externalIds.mal': ['1', null] },
    )
    expect(merge).toEqual({
      changes: { 'externalIds.mal': undefined, 'translations.en': 'A' },
      kept: [],
      imported: { 'translations.en': 'A' },
    })
  })

  it('leaves alone what only the catalogue has', () => {
    expect(mergeFields({}, {}, { 'translations.fr': 'F' }).kept).toEqual([])
  })
})
