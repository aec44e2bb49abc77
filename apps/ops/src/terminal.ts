/** What the operator sees. On a terminal, work in progress is one line that is rewritten; elsewhere, plain lines. */
export interface Terminal {
  line(text?: string): void
  /** Work that goes on; the same subject and step again only moves it. */
  working(subject: string, step: string, fraction?: number): void
  warn(text: string): void
  bold(text: string): string
  dim(text: string): string
}

const plainEveryMs = 5000
const redrawEveryMs = 100

export function createTerminal(out: NodeJS.WriteStream, color: boolean): Terminal {
  const live = Boolean(out.isTTY)
  const paint = (code: number, text: string) => (live && color ? `\x1b[${code}m${text}\x1b[0m` : text)
  let drawn = false
  let last = { text: '', at: 0 }

  const line = (text = '') => {
    out.write(`${drawn ? '\r\x1b[K' : ''}${text}\n`)
    drawn = false
  }
  const working = (subject: string, step: string, fraction?: number) => {
    const text = `${subject}: ${step}`
    const now = Date.now()
    const due = now - last.at >= (live ? redrawEveryMs : plainEveryMs)
    if (text === last.text && !due) return
    last = { text, at: now }
    if (live) {
      const width = (out.columns ?? 80) - 1
      out.write(`\r\x1b[K${`${text}${bar(fraction)}`.slice(0, width)}`)
      drawn = true
    } else out.write(`${text}${percent(fraction)}\n`)
  }
  return {
    line,
    working,
    warn: (text) => line(paint(33, text)),
    bold: (text) => paint(1, text),
    dim: (text) => paint(2, text),
  }
}

const percent = (fraction?: number) => (fraction === undefined ? '' : ` ${Math.round(fraction * 100)} %`)

function bar(fraction?: number): string {
  if (fraction === undefined) return ' ...'
  const filled = Math.round(Math.min(1, Math.max(0, fraction)) * 24)
  return ` [${'#'.repeat(filled)}${'-'.repeat(24 - filled)}]${percent(fraction)}`
}

/** Columns as wide as their widest cell. */
export function table(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
