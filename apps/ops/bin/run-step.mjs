import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { onTerminal, root } from './environment.mjs'
import { attach } from './lifeline.mjs'

const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`

export class StepFailed extends Error {}

/**
 * Runs one tool with visible progress; its own output is shown only when it fails.
 * `detail(line)` picks what is worth showing while it runs; `advice` is what to do when it fails;
 * a step that ends within `quietMs` says nothing.
 */
export async function runStep({ title, file, args, env, detail = () => undefined, advice, quietMs = 1500 }) {
  const started = Date.now()
  const child = attach(
    spawn(file, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true }),
  )
  const ended = exitOf(child)
  const progress = showProgress(title, started, quietMs)
  const output = []
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      output.push(line)
      if (output.length > 400) output.shift()
      progress.detail(detail(line))
    })
  }
  const failure = await ended
  progress.end(failure ? 'failed' : `done in ${seconds(started)}`)
  if (failure)
    throw new StepFailed([`${title} failed (${failure}).`, ...worthReading(output), advice].join('\n'))
  return output
}

/** Runs one tool that speaks to the terminal itself; resolves to its exit code. */
export function runVisible({ file, args, env }) {
  const child = attach(
    spawn(file, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'], detached: true }),
  )
  return new Promise((resolve) => {
    child.once('error', () => resolve(127))
    child.once('close', (code) => resolve(code ?? 1))
  })
}

function exitOf(child) {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code, signal) => resolve(code === 0 ? undefined : (signal ?? `exit code ${code}`)))
  })
}

// The tools' own stacks and repeated codes tell an operator nothing.
function worthReading(output) {
  const told = output.map((line) => line.replace(/^npm (error|ERR!)/, '').trim())
  const plain = told.filter((line) => line !== '' && !/^(at |(code|syscall|errno)\b|[{}])/.test(line))
  const errors = plain.filter((line) => /err[!_ ]|error|ERR_/i.test(line))
  return (errors.length > 0 ? errors.slice(0, 12) : plain.slice(-12)).map((line) => `  ${line}`)
}

// On stderr, because the answer of a command may be read by a script.
// On a terminal one line is rewritten twice a second; elsewhere a plain line appears every five seconds.
function showProgress(title, started, quietMs) {
  let note = ''
  let shown = false
  const draw = () => {
    if (Date.now() - started < quietMs) return
    shown = true
    const line = `${title} ... ${seconds(started)}${note ? `  (${note})` : ''}`
    process.stderr.write(
      onTerminal ? `\r\x1b[K${line.slice(0, (process.stderr.columns ?? 80) - 1)}` : `${line}\n`,
    )
  }
  const timer = setInterval(draw, onTerminal ? 500 : 5000)
  return {
    detail: (text) => {
      if (text) note = text
    },
    end: (result) => {
      clearInterval(timer)
      if (!shown && Date.now() - started < quietMs) return
      process.stderr.write(`${onTerminal ? '\r\x1b[K' : ''}${title}: ${result}\n`)
    },
  }
}
