/** The `grep` tool: lines that match a regular expression. */
import { succeeded, tool, type Tool, type ToolContext, type ToolResult } from '@seamfold/core/kit'
import { z } from 'zod'
import { toolInput } from '../base/tool-input.ts'
import { globMatcher } from '../search/glob-matcher.ts'
import { linePattern } from '../search/line-pattern.ts'
import type { GrepLine, WorkspaceSearch } from '../search/workspace-search.ts'
import { cutAround } from '../text/cut-around.ts'
import { reporting } from '../workspace/fault.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { LeftOut } from './left-out.ts'
import { pathAccess } from './paths.ts'
import { shownPath } from './shown-path.ts'

const OUTPUT_BYTES = 96 * 1024
const MOST_ANCHORS = 64
const MOST_CONTEXT = 20

const input = toolInput({
  pattern: z.string().min(1).describe('A regular expression; it is matched line by line'),
  path: z.string().default('.').describe('File or directory to look in. Default: the root of the workspace'),
  glob: z.string().min(1).optional().describe("Only files that match this glob, e.g. '*.ts' or 'src/**/*.tsx'"),
  context: z
    .int()
    .min(0)
    .max(MOST_CONTEXT)
    .default(0)
    .describe(`Lines to show before and after each match, at most ${MOST_CONTEXT}. Default: 0`),
  '-i': z.boolean().default(false).describe('Ignore case. Default: false'),
})

/** Ignored and binary files are left out. Sorted by path; the output ends at 96 KiB. */
export const grepTool = (workspace: Workspace, search: WorkspaceSearch): Tool =>
  tool({
    name: 'grep',
    description:
      'Find lines in files by a regular expression. Matches begin with >, lines around them with a space. What .gitignore or .ignore name is left out.',
    input,
    access: ({ path }) => pathAccess(workspace, 'read', path),
    effect: 'none',
    execute: reporting(async (given: z.infer<typeof input>, context: ToolContext) => {
      const pattern = linePattern(given.pattern, given['-i'])
      const path = await workspace.resolve(given.path)
      const accepts = given.glob === undefined ? () => true : globMatcher(given.glob, path)
      const leftOut = new LeftOut(context)
      const listing = new Listing()
      const partial = await search.grep({
        pattern,
        path,
        accepts: (candidate) => accepts(candidate) && leftOut.mayRead(candidate),
        context: given.context,
        signal: context.signal,
        take: (line) => listing.add(line),
      })
      return listing.result(given.pattern, [...(partial === undefined ? [] : [`[${partial}]`]), ...leftOut.notes()])
    }),
  })

/** Gathers lines until there are enough. */
class Listing {
  readonly #lines: string[] = []
  readonly #files = new Set<string>()
  #matches = 0
  #bytes = 0
  #isFull = false
  #last: GrepLine | undefined

  add(line: GrepLine): boolean {
    const text = `${line.isMatch ? '>' : ' '} ${shownPath(line.path)}:${line.line}: ${cutAround(line)}`
    const isApart = this.#last !== undefined && !line.isMatch && (this.#last.path !== line.path || this.#last.line + 1 !== line.line)
    this.#bytes += Buffer.byteLength(text) + 1
    this.#isFull = this.#bytes > OUTPUT_BYTES
    if (this.#isFull) return false
    if (isApart) this.#lines.push('--')
    this.#lines.push(text)
    this.#last = line
    if (line.isMatch) {
      this.#matches++
      this.#files.add(line.path)
    }
    return true
  }

  result(pattern: string, more: readonly string[]): ToolResult {
    const notes = [
      ...(this.#isFull ? [`[cut at ${OUTPUT_BYTES} bytes, there are more matches; narrow the pattern, the path or the glob]`] : []),
      ...more,
    ]
    const metadata = { matches: this.#matches, source_anchors: [...this.#files].slice(0, MOST_ANCHORS) }
    if (this.#matches === 0) return succeeded([`No matches found for pattern: ${pattern}`, ...notes].join('\n'), metadata)
    const footer = `${this.#matches} ${this.#matches === 1 ? 'match' : 'matches'} in ${this.#files.size} ${this.#files.size === 1 ? 'file' : 'files'}`
    return succeeded([...this.#lines, '', footer, ...notes].join('\n'), metadata)
  }
}
