import { ContentRef, Uuid, world, z } from '@marquee/contracts'

export const titleParams = z.object({ id: ContentRef })
export const reviewParams = z.object({
  id: ContentRef,
  reviewId: Uuid.openapi({ description: 'UUID of the review', example: world.reviews.minaOnWinterTide.id }),
})

export const reviewsPath = '/api/v1/content/{id}/reviews' as const
export const reviewPath = `${reviewsPath}/{reviewId}` as const
export const tag = 'Reviews'
