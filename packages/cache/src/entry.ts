/** A finished answer: its strong ETag and the bytes it was made of. */
export interface Entry {
  etag: string
  bytes: Buffer
}

const newline = 10

/** One line of generation, one of etag, then the bytes as they are. */
export const encode = (generation: number, { etag, bytes }: Entry): Buffer =>
  Buffer.concat([Buffer.from(`${generation}\n${etag}\n`), bytes])

/** Null for what was written before the namespace's generation was raised. */
export function decode(value: Buffer, generation: number): Entry | null {
  const first = value.indexOf(newline)
  const second = value.indexOf(newline, first + 1)
  if (Number(value.toString('latin1', 0, first)) < generation) return null
  return { etag: value.toString('utf8', first + 1, second), bytes: value.subarray(second + 1) }
}
