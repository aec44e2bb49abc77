import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { api } from '../checked.js'

interface Node {
  [key: string]: unknown
}
/** Places in the document where a schema allows anything at all. */
function emptySchemas(node: unknown, path = '#'): string[] {
  if (typeof node !== 'object' || node === null) return []
  return Object.entries(node as Node).flatMap(([key, value]) => {
    const here = `${path}/${key}`
    const isSchema =
      key === 'schema' || key === 'items' || path.endsWith('/properties') || path === '#/components/schemas'
    const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0
    return isSchema && isEmpty ? [here] : emptySchemas(value, here)
  })
}

describe('/openapi.json', () => {
  it('is 3.1, leaves no schema empty and gives each operation an id, a summary, a tag and an example', async () => {
    const { json } = await api('/openapi.json')
    expect(json.openapi).toMatch(/^3\.1\./)
    expect(emptySchemas(json)).toEqual([])
    const ids: string[] = []
    for (const [path, item] of Object.entries<Record<string, Node>>(json.paths))
      for (const [method, operation] of Object.entries(item)) {
        if (!['get', 'post', 'put', 'patch', 'delete'].includes(method)) continue
        expect({ path, method, ...operation }).toMatchObject({
          operationId: expect.any(String),
          summary: expect.any(String),
          description: expect.any(String),
          tags: [expect.any(String)],
        })
        ids.push(operation.operationId as string)
      }
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.length).toBeGreaterThan(15)
  })

  it('passes redocly without an error', async () => {
    const { text } = await api('/openapi.json')
    const folder = mkdtempSync(join(tmpdir(), 'marquee-openapi-'))
    try {
      writeFileSync(join(folder, 'openapi.json'), text)
      const root = join(import.meta.dirname, '../../../..')
      const redocly = join(root, 'packages/system-tests/node_modules/.bin/redocly')
      const { status, stdout, stderr } = spawnSync(
        redocly,
        ['lint', '--config', join(root, 'redocly.yaml'), join(folder, 'openapi.json')],
        {
          encoding: 'utf8',
          env: {
            ...process.env,
            REDOCLY_TELEMETRY: 'off',
            REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
            NODE_OPTIONS: '',
          },
        },
      )
      expect({ status, output: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, output: '' })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('/api-docs', () => {
  it('shows the document and needs nothing from another host', async () => {
    const { status, text, headers } = await api('/api-docs/')
    expect(status).toBe(200)
    expect(text).toContain('swagger-ui')
    expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'")
    for (const [, address] of text.matchAll(/(?:src|href)="([^"]+)"/g))
      expect(address).not.toMatch(/^(https?:)?\/\//)
  })
})
