/** Work of one key runs one after another, in the order of asking; other keys do not wait. */
export type InLine = <T>(key: string, work: () => Promise<T>) => Promise<T>

export function createInLine(): InLine {
  const last = new Map<string, Promise<unknown>>()
  return async (key, work) => {
    const before = last.get(key)
    const run = before ? before.then(work, work) : work()
    last.set(key, run)
    try {
      return await run
    } finally {
      if (last.get(key) === run) last.delete(key)
    }
  }
}
