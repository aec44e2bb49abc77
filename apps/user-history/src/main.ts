import { run } from '@marquee/service-kit'
import { readUserHistoryConfig } from './config.js'
import { createUserHistory } from './service.js'

run(async () => {
  const userHistory = createUserHistory(readUserHistoryConfig())
  await userHistory.start()
  return userHistory
})
