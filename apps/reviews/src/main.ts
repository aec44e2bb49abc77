import { run } from '@marquee/service-kit'
import { readReviewsConfig } from './config.js'
import { createReviews } from './service.js'

run(async () => {
  const reviews = createReviews(readReviewsConfig())
  await reviews.start()
  return reviews
})
