/** Turns HTML into Markdown or plain text for a model to read. */
import { withinTime } from '../base/within-time.ts'
import { stripHtml } from './strip-html.ts'

/** `isBodyOnly` leaves navigation, headers, footers, asides and forms out. */
export type HtmlOptions = { readonly format: 'markdown' | 'text'; readonly isBodyOnly: boolean }

const NEVER = ['script', 'style', 'noscript', 'template', 'iframe', 'object', 'svg', 'canvas', 'head', 'title'] as const
const AROUND = ['nav', 'header', 'footer', 'aside', 'form', 'button'] as const

/** Milliseconds: pages made to be slow to convert, and some very long ones, take more. */
const TIME_MS = 2_000

/** The parser is loaded at the first page. A page that it cannot cope with, or not in time, comes without any structure. */
export async function htmlText(html: string, { format, isBodyOnly }: HtmlOptions): Promise<string> {
  const { default: Turndown } = await import('turndown')
  const service = new Turndown({ headingStyle: 'atx', codeBlockStyle: 'fenced', bulletListMarker: '-', hr: '---' })
  service.remove([...NEVER, ...(isBodyOnly ? AROUND : [])] as Parameters<typeof service.remove>[0])
  if (format === 'text') asPlainText(service)
  const converted = convert(() => service.turndown(html))
  return converted?.replace(/\n{3,}/g, '\n\n').trim() ?? stripHtml(html)
}

/** `undefined` when it took too long, or failed: the parser and the converter descend as deep as the page is nested. */
function convert(run: () => string): string | undefined {
  try {
    const converted = withinTime(TIME_MS, run)
    return converted === 'late' ? undefined : converted.value
  } catch {
    // Nested too deep for the stack: the caller takes the text without its structure.
    return undefined
  }
}

type Service = {
  addRule(key: string, rule: { filter: string[]; replacement: (content: string, node: unknown) => string }): unknown
  escape(text: string): string
}

const block = (content: string): string => `\n\n${content}\n\n`

function asPlainText(given: unknown): void {
  // The types of the library know fewer element names than its parser.
  const service = given as Service
  const rule = (key: string, filter: string[], replacement: (content: string) => string): unknown =>
    service.addRule(key, { filter, replacement })
  service.escape = (text) => text
  rule('headings', ['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'blockquote', 'pre'], block)
  rule('inline', ['a', 'strong', 'b', 'em', 'i', 'code'], (content) => content)
  rule('images', ['img'], () => '')
}
