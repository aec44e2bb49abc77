import { run } from '@marquee/service-kit'
import { readCatalogConfig } from './config.js'
import { createCatalog } from './service.js'

run(async () => {
  const catalog = createCatalog(readCatalogConfig())
  await catalog.start()
  return catalog
})
