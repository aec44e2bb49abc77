import type { OpenApiDocument } from './merge-documents.js'

const internal = /^\/internal(?:\/|$)/
const schemaReference = /"#\/components\/schemas\/([^"]+)"/g

/** Schemas that the paths name, and those that these name in turn. */
function reachable(document: OpenApiDocument, schemas: Record<string, unknown>): Set<string> {
  const found = new Set<string>()
  const waiting: unknown[] = [document.paths, { ...document.components, schemas: {} }]
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    for (const [, name] of JSON.stringify(part).matchAll(schemaReference)) {
      if (name === undefined || found.has(name)) continue
      found.add(name)
      waiting.push(schemas[name] ?? {})
    }
  }
  return found
}

/** The document of an app without what apps ask each other: those paths, and the tags and schemas that only they use. */
export function publicPart(document: OpenApiDocument): OpenApiDocument {
  const entries = Object.entries(document.paths)
  const shown = entries.filter(([path]) => !internal.test(path))
  if (shown.length === entries.length) return document
  const part = { ...document, paths: Object.fromEntries(shown) }
  const tags = new Set(shown.flatMap(([, item]) => Object.values(item).flatMap((one) => one.tags ?? [])))
  if (part.tags) part.tags = part.tags.filter(({ name }) => tags.has(name))
  const { schemas } = document.components ?? {}
  if (schemas) {
    const used = reachable(part, schemas)
    const kept = Object.entries(schemas).filter(([name]) => used.has(name))
    part.components = { ...document.components, schemas: Object.fromEntries(kept) }
  }
  return part
}
