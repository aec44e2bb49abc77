// While tools run on our behalf, whatever would end us must end them too.
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }
const children = new Set()
let release = () => {}

/** Watches signals and the parent until `releaseLifeline`; `parent` is a pid or undefined. */
export function holdLifeline(parent) {
  const signals = Object.keys(exitCodes)
  for (const signal of signals) process.on(signal, end)
  const watch = parent && setInterval(() => process.ppid !== parent && end('SIGHUP'), 250)
  watch?.unref()
  release = () => {
    for (const signal of signals) process.off(signal, end)
    clearInterval(watch)
  }
}

export const releaseLifeline = () => release()

/** Tools are started as leaders of their own process group, so that one kill reaches what they started. */
export function attach(child) {
  children.add(child)
  child.once('close', () => children.delete(child))
  return child
}

const end = (signal) => void endAll(signal)

async function endAll(signal) {
  release()
  const running = [...children]
  for (const child of running) killGroup(child, 'SIGTERM')
  const gone = Promise.all(running.map((child) => new Promise((done) => child.once('close', done))))
  const late = new Promise((done) => setTimeout(done, 15_000))
  await Promise.race([gone, late])
  for (const child of children) killGroup(child, 'SIGKILL')
  process.exit(exitCodes[signal])
}

function killGroup(child, signal) {
  try {
    process.kill(-child.pid, signal)
  } catch {
    // Already gone.
  }
}
