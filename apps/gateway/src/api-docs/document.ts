import { createHash } from 'node:crypto'
import { ApiError, type HttpClient, type Logger } from '@marquee/service-kit'
import { withAliases } from './aliases.js'
import { mergeDocuments, type OpenApiDocument, type Part } from './merge-documents.js'
import { publicPart } from './public-part.js'
import { tagDescriptions } from './tags.js'

export interface PublishedDocument {
  bytes: Buffer
  etag: string
}

export interface ApiDocument {
  /** @throws ApiError unavailable until every app has told its part once */
  current(): PublishedDocument
  /** Resolves when the first attempt is over; goes on in the background. */
  start(): Promise<void>
  stop(): void
}

const untilCompleteMs = 1000
const onceCompleteMs = 30_000

/**
 * The API of all apps as one document. It is fetched in the background: an app that is down keeps the part it told last.
 * @param own what the gateway answers itself
 */
export function createApiDocument({
  apps,
  own,
  info,
  servers,
  log,
}: {
  apps: Record<string, HttpClient>
  own: OpenApiDocument
  info: { title: string; version: string; description: string }
  servers: { url: string }[]
  log: Logger
}): ApiDocument {
  const parts = new Map<string, OpenApiDocument>()
  let published: PublishedDocument | undefined
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  const fetchPart = async (name: string, client: HttpClient): Promise<void> => {
    const { status, body } = await client.get('/openapi.json')
    if (status !== 200) throw new Error(`${name} answered its OpenAPI document with ${status}`)
    parts.set(name, JSON.parse(body.toString()) as OpenApiDocument)
  }

  const publish = (): void => {
    // In one order for all gateways, whoever told its part first: the same description has the same tag everywhere.
    const all: Part[] = Object.keys(apps).map((name) => ({
      name,
      document: publicPart(parts.get(name) as OpenApiDocument),
    }))
    const merged = mergeDocuments(
      [{ name: 'gateway', document: own }, ...all],
      { ...own.info, ...info },
      servers,
    )
    merged.paths = withAliases(merged.paths)
    merged.tags = merged.tags?.map((tag) => ({
      ...tag,
      description: tagDescriptions[tag.name] ?? tag.description ?? tag.name,
    }))
    const bytes = Buffer.from(JSON.stringify(merged))
    published = { bytes, etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"` }
  }

  const refresh = async (): Promise<void> => {
    const fetched = await Promise.allSettled(
      Object.entries(apps).map(([name, client]) => fetchPart(name, client)),
    )
    for (const { status, reason } of fetched as PromiseRejectedResult[]) {
      if (status === 'rejected') log.debug({ err: reason }, 'an OpenAPI document is not to be had')
    }
    try {
      if (parts.size === Object.keys(apps).length) publish()
    } catch (error) {
      log.error({ err: error }, 'the OpenAPI documents do not fit together')
    }
  }

  const loop = async (): Promise<void> => {
    await refresh()
    if (stopped) return
    timer = setTimeout(() => void loop(), published ? onceCompleteMs : untilCompleteMs)
    timer.unref()
  }

  return {
    current() {
      if (!published) throw new ApiError('unavailable', 'The description of the API is not complete yet.')
      return published
    },
    start: loop,
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
