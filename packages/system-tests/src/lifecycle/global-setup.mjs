// Compiled, because what starts before jest's module system is plain Node.
import { removeAbandoned, startPlatform } from '../../dist/lifecycle/start-platform.js'

export default async () => {
  await removeAbandoned()
  console.log('\nStarting one platform for all system tests (its own data folder and ports) ...')
  const platform = await startPlatform({
    env: {
      // Every story holds on two of each app.
      MARQUEE_INSTANCES: '2',
      MARQUEE_LIMIT_RATE_PER_SECOND: '100000',
      MARQUEE_LIMIT_RATE_BURST: '100000',
    },
  })
  process.env.MARQUEE_DATA = platform.dataDir
  globalThis.__marqueePlatform = platform
  const { api, catalogKind } = platform.run
  console.log(
    `It is up at ${api}, its catalogue on ${catalogKind === 'citus' ? 'Citus' : 'plain PostgreSQL'}.`,
  )
}
