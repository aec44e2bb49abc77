import { isDeepStrictEqual } from 'node:util'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
type JsonObject = { [key: string]: Json }
type Components = Record<string, Record<string, JsonObject>>

/** As much of OpenAPI 3.1 as merging touches; everything else is carried along. */
export interface OpenApiDocument {
  openapi: string
  info: JsonObject
  paths: Record<string, Record<string, JsonObject>>
  components?: Components
  tags?: { name: string; description?: string }[]
  [key: string]: unknown
}

export interface Part {
  name: string
  document: OpenApiDocument
}

/** A schema without what is only said about it. `properties` has names of its own. */
function meaning(schema: Json, names = false): Json {
  if (schema === null || typeof schema !== 'object') return schema
  if (Array.isArray(schema)) return schema.map((item) => meaning(item))
  const told = Object.entries(schema).filter(
    ([key, value]) => names || (key !== 'example' && (key !== 'description' || typeof value !== 'string')),
  )
  return Object.fromEntries(told.map(([key, value]) => [key, meaning(value, key === 'properties')]))
}

const referenceTo = (kind: string, name: string) => `#/components/${kind}/${name}`

/** Names to be changed: of components that mean something else than the one that is there, or that name such a one. */
function clashes(present: Components, { name: app, document }: Part): Map<string, string> {
  const renames = new Map<string, string>()
  const twice = Object.entries(document.components ?? {}).flatMap(([kind, group]) =>
    Object.entries(group).flatMap(([name, content]) => {
      const other = present[kind]?.[name]
      return other === undefined ? [] : [{ kind, name, content, other }]
    }),
  )
  const differs = ({ content, other }: (typeof twice)[number]): boolean =>
    !isDeepStrictEqual(meaning(other), meaning(content)) ||
    [...renames.keys()].some((reference) => JSON.stringify(content).includes(`"${reference}"`))
  for (let known = -1; known !== renames.size; ) {
    known = renames.size
    for (const one of twice) {
      const reference = referenceTo(one.kind, one.name)
      if (!renames.has(reference) && differs(one)) renames.set(reference, `${reference}_${app}`)
    }
  }
  return renames
}

/**
 * Components of one name and one meaning are one component. Of one name and two meanings (an app of the next version, say), the
 * later one is renamed `Name_app`, so that both APIs stay described truly.
 */
function renamed(components: Components, part: Part): OpenApiDocument {
  const { document } = part
  const renames = clashes(components, part)
  if (renames.size === 0) return document
  const text = JSON.stringify(document, (key, value) => {
    if (typeof value === 'string') return renames.get(value) ?? value
    const kind = document.components?.[key] === value ? key : undefined
    if (kind === undefined || value === null || typeof value !== 'object') return value
    return Object.fromEntries(
      Object.entries(value as JsonObject).map(([name, content]) => {
        const other = renames.get(referenceTo(kind, name))
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
      components[kind] = { ...group, ...components[kind] }
    }
    for (const tag of document.tags ?? []) if (!tags.some(({ name }) => name === tag.name)) tags.push(tag)
  }
  return merged
}
