/** What no store of ours can keep, in words: NUL and lone surrogates. */
export function unstorable(text: string): string | undefined {
  if (text.includes('\0')) return 'contains the character U+0000'
  if (loneSurrogate.test(text)) return 'contains half of a surrogate pair'
  return undefined
}

// String#isWellFormed would say it, but the language level of es2023 lacks its type.
const loneSurrogate = /\p{Surrogate}/u
