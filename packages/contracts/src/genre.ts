import { list, Uuid } from './common.js'
import { world } from './world.js'
import { z } from './z.js'

export const Genre = z
  .object({ id: Uuid, name: z.string() })
  .openapi('Genre', { example: world.genres.romance })
export type Genre = z.infer<typeof Genre>

export const GenreList = list(Genre, 'GenreList', world.genres.romance)

export const CreateGenre = z
  .strictObject({ name: z.string().trim().min(1).max(50) })
  .openapi('CreateGenre', { example: { name: 'Historical' } })
export type CreateGenre = z.infer<typeof CreateGenre>
