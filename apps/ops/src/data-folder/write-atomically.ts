import { rename, writeFile } from 'node:fs/promises'

/** Readers see the old text or the new one, never half of it, and never with another mode. */
export async function writeAtomically(file: string, text: string, mode: number): Promise<void> {
  const unfinished = `${file}.${process.pid}.new`
  await writeFile(unfinished, text, { mode })
  await rename(unfinished, file)
}
