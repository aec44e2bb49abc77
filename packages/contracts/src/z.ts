// Kept in the declarations: whoever compiles against them needs the methods that the library adds to zod.
/// <reference types="@asteasolutions/zod-to-openapi" preserve="true" />
import { extendZodWithOpenApi } from '@asteasolutions/zod-to-openapi'
import { z } from 'zod'

extendZodWithOpenApi(z)

/** The one zod of the platform: schemas made with it can carry a name and an example into OpenAPI. */
export { z }
