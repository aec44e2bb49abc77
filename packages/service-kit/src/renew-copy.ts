interface Versioned {
  id: string
  version: number
}

/** What is wrong in a copy: what the owner says, and the version that stands there instead; null where nothing does. */
export interface Wrong<Said> {
  said: Said
  seen: number | null
}

/** A copy of what another app owns: rows that events bring, of which the greater version stands. */
export interface Copy<Said extends Versioned> {
  /** Everything the owner has, page by page; asked anew at every call. */
  owner(): AsyncIterable<Said[]>
  /** Everything the copy has. */
  all(): AsyncIterable<Versioned[]>
  /** Of these, those that the copy has; `same` tells whether it says what the owner says, but for the version. */
  kept(said: readonly Said[]): Promise<Map<string, { version: number; same: boolean }>>
  /** Replaces a row if it is older than what is said, or of exactly the version that was seen. */
  replace(wrong: readonly Wrong<Said>[]): Promise<void>
  /** Removes rows that are still of this version. */
  remove(rows: readonly Versioned[]): Promise<void>
}

/**
 * Holds a copy against its owner and puts right what differs, row by row, while events go on: what they bring meanwhile is newer and
 * stays. So it is safe to kill at any moment, and two at once do no harm. A row that is ahead of the owner is asked about again, since
 * an event may have overtaken the page; an owner that is then still behind what stood there before has the right of it.
 */
export async function renewCopy<Said extends Versioned>(
  copy: Copy<Said>,
  { dryRun, progress }: { dryRun: boolean; progress?: (rows: number) => void },
): Promise<{ built: number; differing: number }> {
  // Known before the owner is asked: what it does not name then, it does not have.
  const strangers = new Map<string, number>()
  for await (const rows of copy.all()) for (const { id, version } of rows) strangers.set(id, version)
  const ahead = new Map<string, number>()
  let [built, differing] = [0, 0]
  const putRight = async (wrong: Wrong<Said>[]) => {
    differing += wrong.length
    if (!dryRun && wrong.length > 0) await copy.replace(wrong)
  }

  for await (const items of copy.owner()) {
    const kept = await copy.kept(items)
    const wrong: Wrong<Said>[] = []
    for (const said of items) {
      strangers.delete(said.id)
      const there = kept.get(said.id)
      if (there && there.version > said.version) ahead.set(said.id, there.version)
      else if (!there?.same || there.version < said.version)
        wrong.push({ said, seen: there?.version ?? null })
    }
    await putRight(wrong)
    built += items.length
    progress?.(built)
  }
  if (ahead.size > 0)
    for await (const items of copy.owner())
      await putRight(
        items.flatMap((said) => {
          const seen = ahead.get(said.id)
          return seen !== undefined && seen > said.version ? [{ said, seen }] : []
        }),
      )

  const gone = [...strangers].map(([id, version]) => ({ id, version }))
  if (!dryRun && gone.length > 0) await copy.remove(gone)
  return { built, differing: differing + gone.length }
}
