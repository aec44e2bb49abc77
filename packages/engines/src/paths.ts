import path from 'node:path'

/** The same distance from `src` and from `dist`. */
export const infraDir = path.resolve(import.meta.dirname, '../../../infra')
