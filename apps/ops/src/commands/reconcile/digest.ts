import { createHash } from 'node:crypto'

/** 64 bits of a text, as two numbers. */
function bitsOf(text: string): [number, number] {
  const hash = createHash('sha1').update(text).digest()
  return [hash.readUInt32LE(0), hash.readUInt32LE(4)]
}

const buckets = 4096
export const bucketOf = (key: string): number => bitsOf(key)[0] % buckets

/**
 * What a source says of a figure, however much, in 32 kB: per bucket of keys the sum of what each line is. Two sources that say the
 * same, in whatever order, have the same sums; where they do not, the bucket tells which keys to look at.
 */
export function createDigest() {
  const sums = new BigUint64Array(buckets)
  let count = 0
  return {
    add(key: string, value: string): void {
      const [low, high] = bitsOf(`${key}\n${value}`)
      const bucket = bucketOf(key)
      sums[bucket] = (sums[bucket] ?? 0n) + ((BigInt(high) << 32n) | BigInt(low))
      count += 1
    },
    sums,
    /** How many lines. */
    count: () => count,
  }
}
export type Digest = ReturnType<typeof createDigest>

export function bucketsThatDiffer(a: Digest | undefined, b: Digest | undefined): Set<number> {
  const differing = new Set<number>()
  for (let n = 0; n < buckets; n++) if ((a?.sums[n] ?? 0n) !== (b?.sums[n] ?? 0n)) differing.add(n)
  return differing
}

const emptyShare = 0.4

/** A set of texts by 64 bits of each: 20 bytes per text at most, and among ten million a wrong answer once in 300,000 times. */
export function createIdSet(expected = 1024) {
  let size = 2 ** Math.ceil(Math.log2(expected / (1 - emptyShare)))
  let table = new Uint32Array(size * 2)
  let count = 0

  /** Where these bits are, or are to be. */
  function placeOf(low: number, high: number): number {
    for (let n = low % size; ; n = (n + 1) % size) {
      const [a, b] = [table[2 * n], table[2 * n + 1]]
      if ((a === 0 && b === 0) || (a === low && b === high)) return n
    }
  }
  function grow(): void {
    const before = table
    size *= 2
    table = new Uint32Array(size * 2)
    for (let n = 0; n < before.length; n += 2) {
      const [low, high] = [before[n] ?? 0, before[n + 1] ?? 0]
      if (low !== 0 || high !== 0) table.set([low, high], 2 * placeOf(low, high))
    }
  }
  return {
    /** False if it was there. */
    add(text: string): boolean {
      const [low, high] = nonZero(bitsOf(text))
      const place = placeOf(low, high)
      if (table[2 * place] !== 0 || table[2 * place + 1] !== 0) return false
      table.set([low, high], 2 * place)
      count += 1
      if (count > size * (1 - emptyShare)) grow()
      return true
    },
    has(text: string): boolean {
      const [low, high] = nonZero(bitsOf(text))
      const place = placeOf(low, high)
      return table[2 * place] !== 0 || table[2 * place + 1] !== 0
    },
    size: () => count,
  }
}

// Two zeros are an empty place.
const nonZero = ([low, high]: [number, number]): [number, number] =>
  low === 0 && high === 0 ? [1, 0] : [low, high]
