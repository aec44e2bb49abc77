import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const lookEveryMs = 100

/** Every new text in it makes the processes that look there collect their garbage. */
export const collectFile = (folder: string) => join(folder, 'collect')

/** Collects when the file says something new: what is resident afterwards is what the process holds, not what V8 has yet to free. */
export function followCollect(folder: string, collect: () => void = collector()): void {
  let done: string | undefined
  setInterval(() => {
    const asked = read(collectFile(folder))
    if (asked === undefined || asked === done) return
    done = asked
    collect()
  }, lookEveryMs).unref()
}

function collector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
