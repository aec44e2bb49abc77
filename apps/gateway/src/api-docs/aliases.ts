import { aliasTable } from '../routes.js'
import type { OpenApiDocument } from './merge-documents.js'

type Item = OpenApiDocument['paths'][string]

const methods = new Set(['get', 'put', 'post', 'delete', 'patch'])

function renamedOperations(item: Item, target: string): Item {
  return Object.fromEntries(
    Object.entries(item).map(([method, operation]) => {
      if (!methods.has(method)) return [method, operation]
      const operationId = `${String(operation.operationId)}Alias`
      const description = `Another name of \`${target}\`. ${String(operation.description ?? '')}`.trim()
      return [method, { ...operation, operationId, description }]
    }),
  )
}

/** The paths, and document 000's names of some of them. */
export function withAliases(paths: OpenApiDocument['paths']): OpenApiDocument['paths'] {
  const all = { ...paths }
  for (const [alias, target] of aliasTable) {
    const item = paths[target]
    if (item) all[alias] = renamedOperations(item, target)
  }
  return all
}
