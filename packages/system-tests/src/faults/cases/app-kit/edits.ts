import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Scene } from '../../case.js'
import { gateways, newTitle, nextGateway, tell } from './requests.js'

interface Edited {
  id: string
  /** The last title that was acknowledged, and those that were tried since and may be there. */
  last: string
  perhaps: string[]
  acknowledged: number
  unknown: number
}

/** Edits titles of its own over and over, until stopped: an edit is content, projection and event in one. */
export function startEditing(scene: Scene, tag: string, editors: number) {
  let running = true
  async function edit(editor: number): Promise<Edited> {
    const last = `${tag} ${editor}`
    const id = await newTitle(scene, last, { status: 'draft' })
    const edited: Edited = { id, last, perhaps: [], acknowledged: 0, unknown: 0 }
    for (let n = 0; running; n++) await editOnce(scene, edited, n)
    return edited
  }
  const editing = Promise.all(Array.from({ length: editors }, (_, editor) => edit(editor)))
  return {
    async stop(): Promise<Edited[]> {
      running = false
      return await editing
    },
  }
}

async function editOnce(scene: Scene, edited: Edited, turn: number): Promise<void> {
  const all = gateways(scene)
  const gateway = all[turn % all.length]!
  const path = `/api/v1/content/${edited.id}`
  const now = await tell(scene, gateway, path, { as: 'editor' })
  if (now?.status !== 200) return
  const title = `${edited.last.split('/')[0]}/${randomUUID()}`
  const headers = { 'if-match': now.headers.etag! }
  const told = await tell(scene, gateway, path, { method: 'PATCH', as: 'editor', headers, body: { title } })
  if (told?.status === 200) {
    assert.equal(told.json.title, title)
    Object.assign(edited, { last: title, perhaps: [], acknowledged: edited.acknowledged + 1 })
  } else if (told === null || told.status >= 500) {
    edited.perhaps.push(title)
    edited.unknown += 1
  }
}

/** What was acknowledged last is there, unless one that nobody heard of came after it. */
export async function everyEditIsKept(scene: Scene, edits: readonly Edited[]): Promise<void> {
  for (const { id, last, perhaps } of edits) {
    const told = await tell(scene, nextGateway(scene), `/api/v1/content/${id}`, { as: 'editor' })
    assert.ok(
      [last, ...perhaps].includes(told?.json.title),
      `${told?.json.title} is not what ${id} was called`,
    )
  }
}
