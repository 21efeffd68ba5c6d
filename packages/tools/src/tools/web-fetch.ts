/** The `web_fetch` tool: a page of the public web as text. */
import { failed, isAgentError, succeeded, tool, type Tool, type ToolContext, type ToolResult } from '@seamfold/core/kit'
import { z } from 'zod'
import { toolInput } from '../base/tool-input.ts'
import { fetchPage, type Page, webAddress } from '../web/fetch-page.ts'
import { decodeBody, isHtml } from '../web/html-head.ts'
import { htmlText } from '../web/html-text.ts'
import { fault, reporting } from '../workspace/fault.ts'

const DEFAULT_SECONDS = 30
const MOST_SECONDS = 120
const DEFAULT_CHARACTERS = 50_000
const MOST_CHARACTERS = 100_000
/** What may be otherwise a moment later. */
const FOR_THE_MOMENT: ReadonlySet<number> = new Set([408, 502, 503, 504])

const input = toolInput({
  url: z.string().describe('The address, with http:// or https://'),
  format: z.enum(['markdown', 'text', 'html']).default('markdown').describe('Default: markdown'),
  timeout: z
    .int()
    .min(1)
    .max(MOST_SECONDS)
    .default(DEFAULT_SECONDS)
    .describe(`Seconds, at most ${MOST_SECONDS}. Default: ${DEFAULT_SECONDS}`),
  body_only: z.boolean().default(true).describe('Leave out navigation, headers, footers and forms. Default: true'),
  offset: z.int().min(0).default(0).describe('How many characters to skip. Default: 0'),
  max_chars: z
    .int()
    .min(1)
    .max(MOST_CHARACTERS)
    .default(DEFAULT_CHARACTERS)
    .describe(`At most ${MOST_CHARACTERS}. Default: ${DEFAULT_CHARACTERS}`),
})

type Input = z.infer<typeof input>

/** What `web_fetch` may be told. */
export interface WebFetchOptions {
  /** Hosts that may have any address, also on this machine, with `:port` where it is not the usual one. Default: none. */
  readonly allowHosts?: readonly string[]
}

/** Only public addresses, judged at every connection. A redirect to another host is reported, not followed: that host was not judged. */
export const webFetchTool = ({ allowHosts = [] }: WebFetchOptions = {}): Tool =>
  tool({
    name: 'web_fetch',
    description:
      'Fetch a page of the web and read it as text. Long pages come in parts: go on with offset. Other hosts that a page moved to are named, fetch them in a new call.',
    input,
    access: ({ url }) => (URL.canParse(url) ? [{ kind: 'net', host: new URL(url).host }] : []),
    effect: 'none',
    untrusted: true,
    timeoutMs: (MOST_SECONDS + 10) * 1_000,
    execute: reporting(async (given: Input, { signal }: ToolContext) => {
      const url = webAddress(given.url)
      const limit = AbortSignal.timeout(given.timeout * 1_000)
      const page = await fetchPage(url, { signal: AbortSignal.any([signal, limit]), allowHosts }).catch((error: unknown) => {
        if (limit.aborted && !signal.aborted && !isAgentError(error))
          throw fault('timeout', `${url.href} took more than ${given.timeout} s`, error)
        throw error
      })
      return resultOf(page, given)
    }),
  })

async function resultOf(page: Page, given: Input): Promise<ToolResult> {
  const metadata = { url: page.url, status: page.status, content_type: page.contentType, bytes: page.body.length }
  if (page.movedTo !== undefined) {
    return succeeded(`${page.url} has moved to another host: ${page.movedTo}\nFetch that address to go on.`, {
      ...metadata,
      moved_to: page.movedTo,
    })
  }
  if (!isText(page))
    throw fault(
      'unsupported',
      `${page.url} is ${page.contentType || 'of an unknown type'}, ${page.body.length} bytes: it cannot be read as text`,
    )
  const text = await textOf(page, given)
  if (page.status < 200 || page.status >= 300) {
    const wait = page.retryAfter === undefined ? '' : ` Retry after: ${page.retryAfter}.`
    return failed(`${page.url} answered with status ${page.status}.${wait}\n${text.slice(0, 2_000)}`, {
      kind: page.status === 404 ? 'not_found' : FOR_THE_MOMENT.has(page.status) ? 'transport' : 'failed',
      metadata,
    })
  }
  const end = given.offset + given.max_chars
  if (given.offset > 0 && given.offset >= text.length)
    throw fault('invalid_input', `offset ${given.offset} is past the end: the page has ${text.length} characters`)
  const note = end < text.length ? `\n[characters ${given.offset} to ${end} of ${text.length}; go on with offset ${end}]` : ''
  return succeeded((text.slice(given.offset, end) || '[the page is empty]') + note, {
    ...metadata,
    total_chars: text.length,
    next_offset: end < text.length ? end : null,
  })
}

const isText = ({ contentType, body }: Page): boolean =>
  contentType === ''
    ? !body.subarray(0, 8_192).includes(0)
    : /^\s*(?:text\/|application\/(?:[\w.-]+\+)?(?:json|xml|javascript|yaml|x-yaml|toml|xhtml))/i.test(contentType)

const textOf = async (page: Page, { format, body_only }: Input): Promise<string> => {
  const text = decodeBody(page)
  return format === 'html' || !isHtml(page.contentType) ? text : htmlText(text, { format, isBodyOnly: body_only })
}
