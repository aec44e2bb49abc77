import { extendZodWithOpenApi } from '@asteasolutions/zod-to-openapi'
import { z } from 'zod'

extendZodWithOpenApi(z)

/** The one zod of the platform: schemas made with it can carry a name and an example into OpenAPI. */
export { z }
