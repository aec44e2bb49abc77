import { api } from './checked.js'
import type { Ask } from './client.js'

/** Every item of a list, page by page. */
// biome-ignore lint/suspicious/noExplicitAny: tests read answers by path; their shape is checked against /openapi.json
export async function everything(path: string, ask: Ask = {}): Promise<any[]> {
  const items = []
  for (let next: string | null = ''; next !== null; ) {
    const { json } = await api(`${path}?limit=100${next && `&cursor=${encodeURIComponent(next)}`}`, ask)
    items.push(...json.items)
    next = json.next
  }
  return items
}
