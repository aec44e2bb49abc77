import { createServer } from 'node:http'
import { type Content, type Episode, world } from '@marquee/contracts'

/** An upstream that answers titles with their episodes, and episodes, and remembers what it was asked. */
export async function stubCatalog() {
  const asked: string[] = []
  const titles = structuredClone(Object.values(world.contents)) as Content[]
  const episodes = structuredClone(Object.values(world.episodes)) as Episode[]
  const state = { status: 200, holdMs: 0 }

  const isPublic = ({ status, contentId }: Episode) =>
    status === 'published' && titles.some((title) => title.id === contentId && title.status === 'published')
  function answer(url: string): object | undefined {
    const [path = '', search = ''] = url.split('?')
    const id = decodeURIComponent(path.split('/').at(-1)!)
    const shown = episodes.filter(isPublic)
    if (path.startsWith('/api/v1/episodes/')) {
      const episode = shown.find((one) => one.id === id)
      return episode && { ...episode, previous: null, next: null }
    }
    const title = titles.find((one) => one.id === id && one.status === 'published')
    const own = shown.filter(({ contentId }) => contentId === id)
    return title && (search === 'include=episodes' ? { ...title, episodes: own } : title)
  }
  const server = createServer((req, res) => {
    asked.push(req.url!)
    const found = answer(req.url!)
    const status = state.status !== 200 ? state.status : found ? 200 : 404
    setTimeout(() => {
      res.writeHead(status, { 'content-type': 'application/json' })
      res.end(JSON.stringify(status === 200 ? found : { status }))
    }, state.holdMs)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    origin: `http://127.0.0.1:${port}`,
    asked,
    state,
    titles,
    episodes,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
