/** The `write` tool: makes a file or replaces all of it. */
import {
  isAgentError,
  type Json,
  type ProbeAnswer,
  succeeded,
  tool,
  type Tool,
  type ToolContext,
  type ToolResult,
} from '@seamfold/core/kit'
import { z } from 'zod'
import { toolInput } from '../base/tool-input.ts'
import { digest } from '../text/digest.ts'
import { diffText } from '../text/diff-text.ts'
import { wholeFile, wholeText } from '../text/whole-text.ts'
import { reporting } from '../workspace/fault.ts'
import { refuseGitDirectory } from '../workspace/git-directory.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { pathAccess } from './paths.ts'

const input = toolInput({
  file_path: z.string().describe('Path of the file, relative to the workspace or absolute inside it'),
  content: z.string().describe('The whole new content'),
})

/** A larger file than this is not compared with what replaces it. */
const DIFF_BYTES = 1024 * 1024

type Input = z.infer<typeof input>

/** Directories above the file are made. A call that was cut off is settled by comparing digests. */
export const writeTool = (workspace: Workspace): Tool =>
  tool({
    name: 'write',
    description: 'Make a file or replace all of its content. Directories are made as needed. To change a part of a file use edit.',
    input,
    access: ({ file_path }) => pathAccess(workspace, 'write', file_path),
    effect: 'idempotent',
    witness: async ({ file_path }): Promise<Json> => ({ before: await fileDigest(workspace, file_path) }),
    probe: async (given, { witness }) =>
      probeFile(workspace, given.file_path, { witness, after: digest(given.content), result: () => result(given) }),
    execute: reporting(async (given: Input, { permits }: ToolContext) => {
      await refuseGitDirectory(workspace, given.file_path)
      // What is compared is stored with the result.
      const mayCompare = permits({ kind: 'read', path: await workspace.resolve(given.file_path) })
      const before = mayCompare ? await textBefore(workspace, given.file_path) : undefined
      await workspace.writeFile(given.file_path, Buffer.from(given.content))
      const diff = before === undefined || before === given.content ? undefined : diffText(given.file_path, before, given.content)
      return result(given, diff === undefined ? {} : { diff })
    }),
  })

const result = ({ file_path, content }: Input, metadata: Readonly<Record<string, Json>> = {}): ToolResult => {
  const lines = content === '' ? 0 : content.split('\n').length - (content.endsWith('\n') ? 1 : 0)
  return succeeded(`Wrote ${file_path}: ${lines} ${lines === 1 ? 'line' : 'lines'}, ${Buffer.byteLength(content)} bytes`, {
    file_path,
    ...metadata,
  })
}

/** What is there to compare with: nothing when there is no file; `undefined` when it is no text, or more than people compare. */
async function textBefore(workspace: Workspace, path: string): Promise<string | undefined> {
  try {
    return await wholeText(workspace, path, DIFF_BYTES)
  } catch (error) {
    return isAgentError(error) && error.details['kind'] === 'not_found' ? '' : undefined
  }
}

/** The digest of a file's content, `null` when there is none, `'unknown'` when it cannot be read. */
export async function fileDigest(workspace: Workspace, path: string): Promise<string | null> {
  try {
    return digest(await wholeFile(workspace, path))
  } catch (error) {
    return isAgentError(error) && error.details['kind'] === 'not_found' ? null : 'unknown'
  }
}

/** What is needed to tell whether a change of one file happened. */
export type FileProbe = { readonly witness: Json | undefined; readonly after: string | null; result(): ToolResult }

/** Compare the content now with the content before and the content that was to be. */
export async function probeFile(workspace: Workspace, path: string, { witness, after, result: done }: FileProbe): Promise<ProbeAnswer> {
  const now = await fileDigest(workspace, path)
  if (now === 'unknown') return { state: 'unknown' }
  if (after !== null && now === after) return { state: 'done', result: done() }
  const before = typeof witness === 'object' && witness !== null && 'before' in witness ? witness.before : undefined
  return { state: before !== undefined && now === before ? 'not_started' : 'unknown' }
}
