import { createServer } from 'node:http'
import { type Content, world } from '@marquee/contracts'

/** An upstream that answers titles by id and slug, and remembers what it was asked. */
export async function stubCatalog(titles: Content[] = Object.values(world.contents) as Content[]) {
  const asked: string[] = []
  const state = { status: 200, holdMs: 0 }
  const server = createServer((req, res) => {
    asked.push(req.url!)
    const ref = decodeURIComponent(req.url!.split('/').at(-1)!)
    const title = titles.find(
      ({ id, slug, status }) => (id === ref || slug === ref) && status === 'published',
    )
    const status = state.status !== 200 ? state.status : title ? 200 : 404
    setTimeout(() => {
      res.writeHead(status, { 'content-type': 'application/json' })
      res.end(JSON.stringify(status === 200 ? title : { status, code: 'content_not_found' }))
    }, state.holdMs)
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
