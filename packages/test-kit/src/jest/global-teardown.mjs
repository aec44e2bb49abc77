import { rmSync } from 'node:fs'

export default async function globalTeardown() {
  const run = globalThis.marqueeTestRun
  if (!run) return
  await run.supervisor.stop()
  rmSync(run.dataDir, { recursive: true, force: true })
}
