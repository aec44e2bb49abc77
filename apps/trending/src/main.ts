import { run } from '@marquee/service-kit'
import { serviceConfig } from './config.js'
import { createTrending } from './service.js'

run(async () => {
  const trending = createTrending(serviceConfig())
  await trending.start()
  return trending
})
