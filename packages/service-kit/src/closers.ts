import type { Logger } from './logger.js'

/** What opens something registers here how it is closed. */
export type Closer = (name: string, close: () => Promise<void> | void) => void

/** `closeAll` closes in the reverse order of opening, each once, and goes on when one fails. */
export function createClosers(log: Logger): { onClose: Closer; closeAll(): Promise<void> } {
  const open: { name: string; close: () => Promise<void> | void }[] = []
  return {
    onClose: (name, close) => void open.push({ name, close }),
    async closeAll() {
      for (let item = open.pop(); item; item = open.pop()) {
        try {
          await item.close()
        } catch (err) {
          log.warn({ err, closing: item.name }, 'did not close cleanly')
        }
      }
    },
  }
}
