import { createServer } from 'node:http'
import { type Content, world } from '@marquee/contracts'

/** An upstream that answers titles by id and slug and pages of their ids, and remembers what it was asked. */
export async function stubCatalog(titles: Content[] = Object.values(world.contents) as Content[]) {
  const asked: string[] = []
  const state = { status: 200 }
  const published = () => titles.filter(({ status }) => status === 'published')
  const answerTo = (path: string): object | undefined => {
    const ref = decodeURIComponent(path.split('/').at(-1)!.split('?')[0]!)
    if (ref === 'ids') return { items: published().map(({ id }) => id), next: null }
    return published().find(({ id, slug }) => id === ref || slug === ref)
  }
  const server = createServer((req, res) => {
    asked.push(req.url!)
    const answer = answerTo(req.url!)
    const status = state.status !== 200 ? state.status : answer ? 200 : 404
    res.writeHead(status, { 'content-type': 'application/json' })
    res.end(JSON.stringify(status === 200 ? answer : { status, code: 'content_not_found' }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    origin: `http://127.0.0.1:${port}`,
    asked,
    state,
    titles,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
