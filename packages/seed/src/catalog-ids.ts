import { IdList } from '@marquee/contracts'

/** The part of an HTTP client that is used here. */
export interface Asks {
  get(path: string): Promise<{ status: number; body: Buffer }>
}

/** Every published title's id, by the catalogue's own pages. */
export async function catalogIds(catalog: Asks): Promise<string[]> {
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
