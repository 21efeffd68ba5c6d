/** Shows the model so much of a large result, and keeps the whole by its digest. */
import { defineMiddleware, type Middleware } from '../loop/middleware.ts'
import type { ToolResultContent } from '../model/message.ts'
import type { ToolResult } from '../model/tool.ts'
import type { BlobStore } from '../ports/blob-store.ts'

const DEFAULT_OUTPUT = 100_000

/** Of what is shown, this much is from the start; the rest is from the end. */
const HEAD_SHARE = 2 / 3

export interface OutputLimitOptions {
  /** Characters of text per result. Default: 100,000. */
  readonly maxCharacters?: number
  readonly blobs: BlobStore
}

export function outputLimit({ maxCharacters = DEFAULT_OUTPUT, blobs }: OutputLimitOptions): Middleware {
  return defineMiddleware({
    name: 'output-limit',
    start: ({ host }) => ({
      async wrapToolCall(invocation, next) {
        const outcome = await next(invocation)
        const text = outcome.type === 'result' ? fullText(outcome.result.content) : ''
        if (outcome.type !== 'result' || text.length <= maxCharacters) return outcome
        const digest = host.digest(text)
        await blobs.put(digest, text)
        return { type: 'result', result: shortened(outcome.result, { digest, maxCharacters, text }) }
      },
    }),
  })
}

const fullText = (content: ToolResultContent): string =>
  typeof content === 'string' ? content : content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n')

function shortened(
  result: ToolResult,
  { digest, maxCharacters, text }: { readonly digest: string; readonly maxCharacters: number; readonly text: string },
): ToolResult {
  const head = whole(text.slice(0, Math.floor(maxCharacters * HEAD_SHARE)))
  const tail = whole(text.slice(text.length - (maxCharacters - head.length)))
  const left = text.length - head.length - tail.length
  const shown = `${head}\n\n[… ${left} of ${text.length} characters are left out here; the whole output is kept as artifact ${digest} …]\n\n${tail}`
  const images = typeof result.content === 'string' ? [] : result.content.filter(({ type }) => type === 'image')
  const artifact = { digest, characters: text.length, shown: head.length + tail.length }
  return {
    ...result,
    content: images.length > 0 ? [{ type: 'text', text: shown }, ...images] : shown,
    metadata: { ...result.metadata, artifact },
  }
}

/** Without half a surrogate pair where it was cut. */
const whole = (part: string): string => part.replace(/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/g, '')
