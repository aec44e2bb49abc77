import { createHash } from 'node:crypto'

/** Ids of seeded rows count from here, not from today: the next run must find them again. Before the ids of the named world. */
const firstInstant = Date.UTC(2024, 0, 1)
const stepMs = 60_000

const asUuid = (hex: string): string =>
  [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')

/** A UUID in the layout of version 7 whose bytes follow from what it names: a larger index has a later id. */
export function seedId(seed: number, index: number, name: string): string {
  return namedIdAt(firstInstant + index * stepMs, `${seed}/${index}/${name}`)
}

/** A UUID v7 of this instant (milliseconds), its random part drawn. */
export function idAt(ms: number, random: () => number): string {
  const hex = (digits: number) =>
    Math.floor(random() * 16 ** digits)
      .toString(16)
      .padStart(digits, '0')
  const time = Math.floor(ms).toString(16).padStart(12, '0')
  const variant = (8 + Math.floor(random() * 4)).toString(16)
  return asUuid(`${time}7${hex(3)}${variant}${hex(3)}${hex(6)}${hex(6)}`)
}

/** A UUID v7 of this instant (milliseconds), the rest following from what it names. */
export function namedIdAt(ms: number, name: string): string {
  const bytes = createHash('sha1').update(name).digest().subarray(0, 16)
  bytes.writeUIntBE(Math.floor(ms), 0, 6)
  return withLayout(bytes)
}

function withLayout(bytes: Buffer): string {
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f)
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
  return asUuid(bytes.toString('hex'))
}
