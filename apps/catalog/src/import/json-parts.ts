/** A piece of a JSON document `{ "key": value, "list": [element, ...] }`: a whole value, or one element of a top-level array. */
export interface JsonPart {
  key: string
  /** Position in the array, null for a value that is no array. */
  index: number | null
  value: unknown
}

export class MalformedJson extends Error {}

const whitespace = /\s/

interface Scanner {
  depth: number
  inString: boolean
  escaped: boolean
  key: string | null
  index: number | null
  /** Text of the piece being read, null between pieces. */
  text: string | null
}

function parse(text: string, place: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new MalformedJson(`malformed JSON at ${place}`, { cause })
  }
}

function finish(scanner: Scanner): JsonPart | null {
  const text = scanner.text
  scanner.text = null
  if (text === null || scanner.key === null) return null
  const place = scanner.index === null ? scanner.key : `${scanner.key}[${scanner.index}]`
  const part = { key: scanner.key, index: scanner.index, value: parse(text, place) }
  if (scanner.index === null) scanner.key = null
  else scanner.index += 1
  return part
}

/** Where a piece can end: between the members of the document, or between the elements of a top-level array. */
const pieceDepth = (scanner: Scanner) => (scanner.index === null ? 1 : 2)

function structural(scanner: Scanner, char: string): JsonPart | null | 'keep' {
  const atPiece = scanner.depth === pieceDepth(scanner)
  if (char === '{' || char === '[') {
    scanner.depth += 1
    if (scanner.depth === 1) return null
    if (char === '[' && scanner.depth === 2 && scanner.text === null) {
      scanner.index = 0
      return null
    }
    return 'keep'
  }
  if (char === '}' || char === ']') {
    const part = atPiece ? finish(scanner) : null
    scanner.depth -= 1
    if (!atPiece) return 'keep'
    if (scanner.depth === 1) {
      scanner.index = null
      scanner.key = null
    }
    return part
  }
  if (char === ',' && atPiece) return finish(scanner)
  if (char === ':' && scanner.depth === 1 && scanner.key === null) {
    scanner.key = String(parse(scanner.text ?? '', 'a key'))
    scanner.text = null
    return null
  }
  return 'keep'
}

function step(scanner: Scanner, char: string): JsonPart | null {
  if (scanner.inString) {
    scanner.text += char
    if (scanner.escaped) scanner.escaped = false
    else if (char === '\\') scanner.escaped = true
    else if (char === '"') scanner.inString = false
    return null
  }
  if (scanner.depth === 0 && char !== '{') {
    if (whitespace.test(char) || char === '\uFEFF') return null
    throw new MalformedJson('expected one JSON object')
  }
  const result = structural(scanner, char)
  if (result !== 'keep') return result
  if (scanner.text === null && whitespace.test(char)) return null
  if (char === '"') scanner.inString = true
  scanner.text = (scanner.text ?? '') + char
  return null
}

/**
 * Reads a JSON object in pieces, so that a source of any size needs the memory of one title.
 * @throws MalformedJson with the place, also when the document ends early.
 */
export async function* readJsonParts(chunks: AsyncIterable<string>): AsyncGenerator<JsonPart> {
  const scanner: Scanner = { depth: 0, inString: false, escaped: false, key: null, index: null, text: null }
  let begun = false
  for await (const chunk of chunks) {
    for (const char of chunk) {
      const part = step(scanner, char)
      begun ||= scanner.depth > 0
      if (part !== null) yield part
    }
  }
  if (!begun || scanner.depth !== 0) throw new MalformedJson('the document ends before its end')
}
