import { describe, expect, it } from '@jest/globals'
import { acceptedLanguages } from './languages.js'

describe('Accept-Language', () => {
  it.each([
    [undefined, []],
    ['', []],
    ['*', []],
    ['ja', ['ja']],
    ['en-GB,en;q=0.9', ['en']],
    ['de;q=0.5, fr;q=0.7', ['fr', 'de']],
    ['zh-TW', ['zh-Hant']],
    ['zh-Hant-HK, zh;q=0.5', ['zh-Hant', 'zh-Hans']],
    ['ko;q=0, ja', ['ja']],
    ['xx, yy;q=oops, ;;, JA', ['ja']],
    ['en, ko, ja, fr, de', ['en', 'ko']],
  ])('%s is %j', (header, languages) => {
    expect(acceptedLanguages(header)).toEqual(languages)
  })
})
