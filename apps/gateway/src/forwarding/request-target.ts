import { ApiError } from '@marquee/service-kit'

export interface Target {
  /** Canonical: no dot segments, no empty segments, no trailing slash; every escape is one that must be. */
  path: string
  /** With its `?`, or empty. As it came: an app reads it, never the gateway. */
  query: string
}

/** Paths that are canonical as they are. */
const plain = /^(?:\/[\w~!$'()*@-][\w.~!$'()*@-]*)+$/
const absoluteForm = /^https?:\/\/[^/?#]*/i
/** Visible ASCII; what else comes raw in a path is not a URL. */
const visible = /^[\x21-\x7e]+$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const unsafeInSegment = /[/\\%\u0000-\u001f\u007f]/

const refuse = (detail: string): never => {
  throw new ApiError('invalid_request', detail)
}

function canonicalSegment(raw: string): string {
  let text: string
  try {
    text = decodeURIComponent(raw)
  } catch {
    return refuse('The path has a broken percent-encoding.')
  }
  if (text === '.' || text === '..') refuse('The path has dot segments.')
  if (unsafeInSegment.test(text)) {
    refuse('A path segment holds a slash, a backslash, a percent sign or a control character.')
  }
  return encodeURIComponent(text)
}

/**
 * The request target, in the one form that both the routing table and the app behind it read alike: what an app could
 * decode into another path (`..%2f`, `%252e`, `//`) is refused here, before anything is routed.
 * @throws ApiError invalid_request
 */
export function readTarget(url: string): Target {
  const local = url.startsWith('/') ? url : url.replace(absoluteForm, '') || '/'
  const mark = local.indexOf('?')
  const rawPath = mark === -1 ? local : local.slice(0, mark)
  const query = mark === -1 ? '' : local.slice(mark)
  if (query.includes('#')) refuse('A request target has no fragment.')
  if (plain.test(rawPath)) return { path: rawPath, query }
  if (!rawPath.startsWith('/') || !visible.test(rawPath) || /[#\\]/.test(rawPath)) {
    refuse('The path is not a valid URL path.')
  }
  const trimmed = rawPath.length > 1 && rawPath.endsWith('/') ? rawPath.slice(0, -1) : rawPath
  if (trimmed === '/') return { path: '/', query }
  const segments = trimmed.slice(1).split('/')
  if (segments.includes('')) refuse('The path has empty segments.')
  return { path: `/${segments.map(canonicalSegment).join('/')}`, query }
}
