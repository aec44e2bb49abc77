import { describe, expect, it } from '@jest/globals'
import {
  Content,
  ContentRef,
  CreateContent,
  Cursor,
  IncrementViews,
  Limit,
  PatchContent,
} from '@marquee/contracts'
import { z } from 'zod'
import { endpoint } from './endpoint.js'
import { idempotencyKeyHeader } from './idempotency-key.js'
import { openApiDocument } from './openapi.js'
import { json } from './reply.js'

const about = {
  summary: 'A title',
  description: 'All about it.',
  tag: 'content',
  handle: () => json(200, {}),
}
const found = { 200: { description: 'The title', schema: Content, headers: { ETag: 'Version and hash' } } }
const params = z.object({ id: ContentRef })
const endpoints = [
  endpoint({
    ...about,
    method: 'GET',
    path: '/content/{id}',
    operationId: 'getContent',
    access: 'public',
    params,
    responses: found,
    problems: ['content_not_found'],
  }),
  endpoint({
    ...about,
    method: 'GET',
    path: '/content',
    operationId: 'listContent',
    access: 'viewer',
    query: z.object({ limit: Limit, cursor: Cursor.optional() }),
    responses: found,
  }),
  endpoint({
    ...about,
    method: 'POST',
    path: '/content',
    operationId: 'createContent',
    access: 'editor',
    body: CreateContent,
    headers: idempotencyKeyHeader,
    responses: { 201: { description: 'Made', schema: Content } },
    problems: ['slug_taken'],
  }),
  endpoint({
    ...about,
    method: 'PATCH',
    path: '/content/{id}',
    operationId: 'patchContent',
    access: 'editor',
    params,
    headers: z.object({ 'if-match': z.string().optional() }),
    body: PatchContent,
    bodyType: 'application/merge-patch+json',
    responses: found,
  }),
  endpoint({
    ...about,
    method: 'POST',
    path: '/content/{id}/views',
    operationId: 'view',
    access: 'public',
    params,
    body: IncrementViews.optional(),
    responses: { 204: { description: 'Counted' } },
  }),
]

interface Operation {
  operationId: string
  summary: string
  description: string
  tags: string[]
  security: object[]
  parameters?: { name: string; required: boolean; schema: object }[]
  requestBody?: { required: boolean; content: Record<string, { schema: object; example?: unknown }> }
  responses: Record<
    string,
    { headers: object; content?: Record<string, { schema: { $ref?: string }; examples?: object }> }
  >
}
const document = openApiDocument(endpoints, { title: 'X', version: '1.0.0' }) as {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Record<string, unknown>> }
}
const operation = (method: string, path: string) => document.paths[path]?.[method] as Operation
const all = Object.values(document.paths).flatMap((methods) => Object.values(methods))
const statuses = (method: string, path: string) => Object.keys(operation(method, path).responses).map(Number)

describe('the OpenAPI document', () => {
  it('has every operation with its name, words, tag and security', () => {
    expect(document.openapi).toBe('3.1.0')
    expect(all.map((o) => o.operationId).sort()).toEqual([
      'createContent',
      'getContent',
      'listContent',
      'patchContent',
      'view',
    ])
    for (const o of all)
      expect([o.summary, o.description, o.tags.length, o.security.length].every(Boolean)).toBe(true)
    expect(operation('get', '/content/{id}').security).toContainEqual({})
    expect(operation('get', '/content').security).toEqual([{ bearer: [] }])
  })

  it('has no empty schema', () => {
    const empty: string[] = []
    const walk = (value: unknown, path: string) => {
      if (typeof value !== 'object' || value === null) return
      for (const [key, inner] of Object.entries(value)) {
        const isSchema = /schema$|items$|properties\/[^/]+$|schemas\/[^/]+$/.test(`${path}/${key}`)
        if (isSchema && typeof inner === 'object' && Object.keys(inner ?? {}).length === 0)
          empty.push(`${path}/${key}`)
        walk(inner, `${path}/${key}`)
      }
    }
    walk(document, '')
    expect(empty).toEqual([])
  })

  it('lists every status that can happen', () => {
    const always = [400, 401, 429, 431, 500, 503]
    expect(statuses('get', '/content/{id}')).toEqual(expect.arrayContaining([200, 304, 404, ...always]))
    expect(statuses('get', '/content')).not.toContain(413)
    expect(statuses('post', '/content')).toEqual(
      expect.arrayContaining([201, 403, 408, 409, 413, 415, 422, ...always]),
    )
    expect(statuses('patch', '/content/{id}')).toEqual(expect.arrayContaining([412, 428]))
    expect(
      Object.keys(
        operation('get', '/content').responses[400]?.content?.['application/problem+json']?.examples ?? {},
      ),
    ).toContain('invalid_cursor')
  })

  it('answers problems with the Problem schema, and waits with Retry-After', () => {
    for (const o of all)
      for (const [status, response] of Object.entries(o.responses)) {
        expect(response.headers).toHaveProperty('X-Request-Id')
        if (Number(status) < 400) continue
        expect(response.content?.['application/problem+json']?.schema.$ref).toBe(
          '#/components/schemas/Problem',
        )
        if (status === '429' || status === '503') expect(response.headers).toHaveProperty('Retry-After')
      }
  })

  it('shows bodies with examples, closed, and says which may be left out', () => {
    const body = operation('post', '/content').requestBody
    expect(body?.required).toBe(true)
    expect(body?.content['application/json']?.example).toMatchObject({ kind: 'series' })
    expect(document.components.schemas.CreateContent?.additionalProperties).toBe(false)
    expect(operation('post', '/content/{id}/views').requestBody?.required).toBe(false)
    expect(Object.keys(operation('patch', '/content/{id}').requestBody?.content ?? {})).toEqual([
      'application/merge-patch+json',
      'application/json',
    ])
  })

  it('knows parameters as what they are', () => {
    const [limit] = operation('get', '/content').parameters ?? []
    expect(limit).toMatchObject({ name: 'limit', required: false, schema: { type: 'integer', maximum: 100 } })
    expect(operation('post', '/content').parameters?.[0]).toMatchObject({
      name: 'idempotency-key',
      required: true,
    })
  })
})
