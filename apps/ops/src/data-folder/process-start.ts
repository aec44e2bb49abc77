import { readFile } from 'node:fs/promises'
import { execa } from 'execa'

/** Something that no two processes with the same pid share; undefined when there is no such process. */
export async function startTimeOf(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
    // The second field is the program's name in parentheses and may hold anything; the 22nd is the start.
    const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields?.[0] === 'Z' ? undefined : fields?.[19]
  }
  const { stdout, failed } = await execa('ps', ['-o', 'lstart=', '-p', String(pid)], { reject: false })
  return failed || stdout.trim() === '' ? undefined : stdout.trim()
}
