/** The `read` tool: lines of a text file with their numbers, or an image. */
import { succeeded, tool, type Tool, type ToolResult } from '@seamfold/core/kit'
import { z } from 'zod'
import { toolInput } from '../base/tool-input.ts'
import { imageType, readImage } from './read-image.ts'
import { readLines } from './read-lines.ts'
import { fault, reporting } from '../workspace/fault.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { pathAccess } from './paths.ts'

const MOST_LINES = 2_000

const input = toolInput({
  file_path: z.string().describe('Path of the file, relative to the workspace or absolute inside it'),
  offset: z.int().min(0).default(0).describe('How many lines to skip. Default: 0'),
  limit: z.int().min(1).default(MOST_LINES).describe(`How many lines to give, at most ${MOST_LINES}. Default: ${MOST_LINES}`),
})

/** Reads text with 1-based line numbers, 2,000 lines and 96 KiB at most, and PNG, JPEG, GIF and WebP images. */
export const readTool = (workspace: Workspace): Tool =>
  tool({
    name: 'read',
    description: `Read a file. Each line comes after its number and a tab. Long files come in parts of up to ${MOST_LINES} lines: go on with offset. Images are shown.`,
    input,
    access: ({ file_path }) => pathAccess(workspace, 'read', file_path),
    effect: 'none',
    execute: reporting(async ({ file_path: path, offset, limit }: z.infer<typeof input>): Promise<ToolResult> => {
      const mediaType = imageType(path)
      if (mediaType !== undefined) return readImage(workspace, path, mediaType)
      const shown = Math.min(limit, MOST_LINES)
      const { lines, total, cutAt, isBinary, bytes } = await readLines(workspace, path, { offset, limit: shown })
      if (isBinary) throw fault('unsupported', `${path} is a binary file of ${bytes} bytes: it cannot be shown as text`)
      if (offset > total) throw fault('invalid_input', `offset ${offset} is past the end: ${path} has ${total} lines`)
      const next = offset + lines.length
      const isWhole = next >= total
      return succeeded(textOf({ path, lines, offset, total, cutAt }), {
        source_anchors: [await workspace.resolve(path)],
        range: { offset, next_offset: isWhole ? null : next, eof: isWhole, total_lines: total, limit_clamped: limit > shown },
      })
    }),
  })

type Shown = {
  readonly path: string
  readonly lines: readonly string[]
  readonly offset: number
  readonly total: number
  readonly cutAt: number | undefined
}

function textOf({ path, lines, offset, total, cutAt }: Shown): string {
  if (total === 0) return `[${path} is empty]`
  if (offset === total) return `[end of ${path}: it has ${total} lines]`
  const body = lines.map((line, index) => `${String(offset + index + 1).padStart(6)}\t${line}\n`).join('')
  const next = offset + lines.length
  if (next >= total) return body
  const reason = cutAt === undefined ? '' : `, cut at ${cutAt} bytes`
  return `${body}[lines ${offset + 1} to ${next} of ${total}${reason}; go on with offset ${next}]`
}
