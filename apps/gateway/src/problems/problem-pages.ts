import { type ProblemCode, problemCodes, z } from '@marquee/contracts'
import { ApiError, endpoint, json, type Reply } from '@marquee/service-kit'

const codes = Object.keys(problemCodes) as ProblemCode[]

const ProblemType = z
  .object({
    type: z.string().describe('The address of this page, as in the `type` of a problem'),
    code: z.string(),
    status: z.int(),
    title: z.string(),
    hint: z.string().describe('What a caller does about it'),
  })
  .openapi('ProblemType', { example: describe('rate_limited') })

const ProblemTypeList = z
  .object({ items: z.array(ProblemType), next: z.null() })
  .openapi('ProblemTypeList', { example: { items: [describe('rate_limited')], next: null } })

function describe(code: ProblemCode) {
  const { status, title, hint } = problemCodes[code]
  return { type: `/problems/${code}`, code, status, title, hint }
}

const cache = { 'cache-control': 'public, max-age=3600', vary: 'Accept, Origin' }
const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string) => text.replace(/[&<>"]/g, (c) => escapes[c] ?? c)
/** Texts of ours mark names with backticks. */
const prose = (text: string) => escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>')

function page(title: string, body: string): Reply {
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(title)} - Marquee</title></head>
<body><main>${body}</main></body></html>
`
  const headers = {
    ...cache,
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  }
  return { status: 200, headers, body: Buffer.from(html) }
}

/** A browser names HTML first; everything else gets JSON. */
function prefersHtml(accept = ''): boolean {
  const html = accept.indexOf('text/html')
  const jsonAt = accept.indexOf('application/json')
  return html !== -1 && (jsonAt === -1 || html < jsonAt)
}

const headers = z.object({
  accept: z.string().optional().openapi({ description: 'HTML for `text/html`, else JSON' }),
})

export const listProblems = endpoint({
  method: 'GET',
  path: '/problems',
  operationId: 'listProblems',
  summary: 'Every way a request can be refused',
  description:
    'The closed list of problem codes. Each has a page of its own, to which the `type` of a problem points.',
  tag: 'problems',
  access: 'public',
  headers,
  responses: { 200: { description: 'All codes', schema: ProblemTypeList } },
  handle({ headers: { accept } }) {
    if (!prefersHtml(accept)) return json(200, { items: codes.map(describe), next: null }, cache)
    const rows = codes.map((code) => {
      const { status, title } = problemCodes[code]
      return `<li><a href="/problems/${code}">${status} ${code}</a>: ${escaped(title)}</li>`
    })
    return page('Problems', `<h1>Problems</h1><ul>${rows.join('')}</ul>`)
  },
})

export const getProblem = endpoint({
  method: 'GET',
  path: '/problems/{code}',
  operationId: 'getProblem',
  summary: 'One problem code explained',
  description: 'What `type` of a problem points to: what the code means and what a caller does about it.',
  tag: 'problems',
  access: 'public',
  params: z.object({
    code: z.string().max(64).openapi({ description: 'The `code` of a problem', example: 'rate_limited' }),
  }),
  headers,
  responses: { 200: { description: 'The code', schema: ProblemType } },
  problems: ['problem_not_found'],
  handle({ params: { code }, headers: { accept } }) {
    const known = codes.find((one) => one === code)
    if (!known) throw new ApiError('problem_not_found', 'There is no problem of this code.')
    if (!prefersHtml(accept)) return json(200, describe(known), cache)
    const { status, title, hint } = problemCodes[known]
    const text = `<h1>${escaped(title)}</h1><p><code>${known}</code>, status ${status}</p><p>${prose(hint)}</p>`
    return page(title, `${text}<p><a href="/problems">All problems</a></p>`)
  },
})
