import { list, Uuid } from './common.js'
import { world } from './world.js'
import { z } from './z.js'

/** A word that titles are found by, finer than a genre. */
export const Tag = z.object({ id: Uuid, name: z.string() }).openapi('Tag', { example: world.tags.slowBurn })
export type Tag = z.infer<typeof Tag>

export const TagList = list(Tag, 'TagList', world.tags.slowBurn)

export const CreateTag = z
  .strictObject({ name: z.string().trim().min(1).max(100) })
  .openapi('CreateTag', { example: { name: 'Found family' } })
export type CreateTag = z.infer<typeof CreateTag>

export const PutTags = z
  .strictObject({ tags: z.array(Uuid).max(50).describe('Ids of tags') })
  .openapi('PutTags', { example: { tags: [world.tags.slowBurn.id] } })
export type PutTags = z.infer<typeof PutTags>
