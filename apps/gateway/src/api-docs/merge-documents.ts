import { isDeepStrictEqual } from 'node:util'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
type JsonObject = { [key: string]: Json }

/** As much of OpenAPI 3.1 as merging touches; everything else is carried along. */
export interface OpenApiDocument {
  openapi: string
  info: JsonObject
  paths: Record<string, Record<string, JsonObject>>
  components?: Record<string, Record<string, JsonObject>>
  tags?: { name: string; description?: string }[]
  [key: string]: unknown
}

export interface Part {
  name: string
  document: OpenApiDocument
}

/**
 * Components of one name and one content are one component. Of one name and two contents (an app of the next version, say), the
 * later one is renamed `Name_app`, so that both APIs stay described truly.
 */
function renamed(
  components: NonNullable<OpenApiDocument['components']>,
  { name: app, document }: Part,
): OpenApiDocument {
  const renames = new Map<string, string>()
  for (const [kind, group] of Object.entries(document.components ?? {})) {
    for (const [name, content] of Object.entries(group)) {
      const present = components[kind]?.[name]
      if (present !== undefined && !isDeepStrictEqual(present, content)) {
        renames.set(`#/components/${kind}/${name}`, `#/components/${kind}/${name}_${app}`)
      }
    }
  }
  if (renames.size === 0) return document
  const text = JSON.stringify(document, (key, value) => {
    if (typeof value === 'string') return renames.get(value) ?? value
    const kind = document.components?.[key] === value ? key : undefined
    if (kind === undefined || value === null || typeof value !== 'object') return value
    return Object.fromEntries(
      Object.entries(value as JsonObject).map(([name, content]) => {
        const other = renames.get(`#/components/${kind}/${name}`)
        return [other?.slice(other.lastIndexOf('/') + 1) ?? name, content]
      }),
    )
  })
  return JSON.parse(text) as OpenApiDocument
}

/**
 * One document of several: paths, components and tags together; `info` and `servers` are the caller's.
 * @throws Error when two parts describe the same operation
 */
export function mergeDocuments(parts: Part[], info: JsonObject, servers: { url: string }[]): OpenApiDocument {
  const merged: OpenApiDocument = { openapi: '3.1.0', info, servers, tags: [], paths: {}, components: {} }
  const components = merged.components ?? {}
  const tags = merged.tags ?? []
  for (const part of parts) {
    const document = renamed(components, part)
    for (const [path, item] of Object.entries(document.paths)) {
      const present = merged.paths[path] ?? {}
      const twice = Object.keys(item).find((method) => method in present)
      if (twice) throw new Error(`${twice.toUpperCase()} ${path} is described twice, once by ${part.name}`)
      merged.paths[path] = { ...present, ...item }
    }
    for (const [kind, group] of Object.entries(document.components ?? {})) {
      components[kind] = { ...components[kind], ...group }
    }
    for (const tag of document.tags ?? []) if (!tags.some(({ name }) => name === tag.name)) tags.push(tag)
  }
  return merged
}
