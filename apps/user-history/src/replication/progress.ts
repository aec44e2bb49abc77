/** A line that is written over on a terminal; elsewhere a line each time it says something else, at most every two seconds. */
export function showProgress(stream: NodeJS.WriteStream) {
  let last = ''
  let at = Number.NEGATIVE_INFINITY
  return {
    tell(words: string) {
      if (words === last) return
      if (!stream.isTTY && stepOf(words) === stepOf(last) && performance.now() - at < 2000) return
      last = words
      at = performance.now()
      stream.write(stream.isTTY ? `\r\x1b[K${words.slice(0, (stream.columns ?? 80) - 1)}` : `${words}\n`)
    },
    end() {
      if (stream.isTTY && last !== '') stream.write('\r\x1b[K')
    },
  }
}

/** Words without their figures: what changes only in these is the same step. */
const stepOf = (words: string) => words.replace(/\d+/g, '')
