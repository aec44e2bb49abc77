/** Calls `work` for an id at once, then at most once per `everyMs`, and never forgets the last one. */
export function calmly(work: (ids: string[]) => Promise<void>, everyMs: number) {
  const quietUntil = new Map<string, number>()
  const waiting = new Set<string>()
  const take = async (ids: string[]) => {
    const until = performance.now() + everyMs
    for (const id of ids) {
      waiting.delete(id)
      quietUntil.set(id, until)
    }
    if (ids.length > 0) await work(ids)
  }
  const timer = setInterval(() => {
    const now = performance.now()
    for (const [id, until] of quietUntil) if (until <= now && !waiting.has(id)) quietUntil.delete(id)
    void take([...waiting].filter((id) => (quietUntil.get(id) ?? 0) <= now))
  }, everyMs / 10).unref()
  return {
    async add(ids: string[]): Promise<void> {
      const now = performance.now()
      const quiet = (id: string) => (quietUntil.get(id) ?? 0) > now
      for (const id of ids) if (quiet(id)) waiting.add(id)
      await take(ids.filter((id) => !quiet(id)))
    },
    async stop(): Promise<void> {
      clearInterval(timer)
      await take([...waiting])
    },
  }
}
