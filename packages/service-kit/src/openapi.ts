import type { Endpoint } from './endpoint.js'
export const openApiDocument = (_endpoints: Endpoint[], info: object): object => ({ openapi: '3.1.0', info })
