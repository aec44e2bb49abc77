import { IdList } from '@marquee/contracts'
import type { HttpClient } from '@marquee/service-kit'

/** Every published title's id, by the catalogue's own pages. */
export async function catalogIds(catalog: Pick<HttpClient, 'get'>): Promise<string[]> {
  const ids: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const path: string = `/api/v1/content/ids?limit=100${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`
    const { status, body } = await catalog.get(path)
    if (status !== 200) throw new Error(`the catalogue answered ${status} to ${path}`)
    const page = IdList.parse(JSON.parse(body.toString()))
    ids.push(...page.items)
    cursor = page.next
  }
  return ids
}
