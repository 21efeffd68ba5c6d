/** What `edit` and `patch` share: a change of one text file that can be told to have happened or not. */
import { type Json, succeeded, type Tool, type ToolContext, type ToolResult } from '@seamfold/core/kit'
import { diffText } from '../text/diff-text.ts'
import { digest } from '../text/digest.ts'
import { wholeText } from '../text/whole-text.ts'
import { fault, reporting } from '../workspace/fault.ts'
import { refuseGitDirectory } from '../workspace/git-directory.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { pathAccess } from './paths.ts'
import { fileDigest, probeFile } from './write.ts'

/** Either the new text with words about it, or why not. */
export type Changed =
  | { readonly text: string; readonly summary: string; readonly metadata: Readonly<Record<string, Json>> }
  | { readonly problem: string }

/** How one tool changes a text. It must be a pure function of the two. */
export type Change<Input> = (text: string, input: Input) => Changed

/** The parts of such a tool that are the same for every change. */
export type FileChange<Input> = {
  access(input: Input): ReturnType<Tool['access']>
  witness(input: Input): Promise<Json>
  probe(input: Input, context: { readonly witness: Json | undefined }): ReturnType<NonNullable<Tool['probe']>>
  execute(input: Input, context: Pick<ToolContext, 'permits'>): Promise<ToolResult>
}

export function fileChange<Input extends { readonly file_path: string }>(workspace: Workspace, change: Change<Input>): FileChange<Input> {
  return {
    access: ({ file_path }) => pathAccess(workspace, 'write', file_path),
    async witness(input) {
      try {
        const before = await wholeText(workspace, input.file_path)
        const changed = change(before, input)
        return 'problem' in changed
          ? { before: digest(before), after: null }
          : { before: digest(before), after: digest(changed.text), summary: summaryOf(input, changed.summary) }
      } catch {
        // Not there, or no text: executing it says so. Nothing can be expected of it.
        return { before: await fileDigest(workspace, input.file_path), after: null }
      }
    },
    probe: async (input, { witness }) => {
      const { after, summary } = expected(witness)
      return probeFile(workspace, input.file_path, { witness, after, result: () => succeeded(summary, { file_path: input.file_path }) })
    },
    execute: reporting(async (input: Input, { permits }: Pick<ToolContext, 'permits'>) => {
      await refuseGitDirectory(workspace, input.file_path)
      // Why a change does not fit says what is in the file.
      if (!permits({ kind: 'read', path: await workspace.resolve(input.file_path) }))
        throw fault(
          'permission_denied',
          `${input.file_path} was not changed: a rule does not let it be read. It can be replaced with write`,
        )
      const before = await wholeText(workspace, input.file_path)
      const changed = change(before, input)
      if ('problem' in changed) throw fault('invalid_input', `${input.file_path} was not changed: ${changed.problem}`)
      await workspace.writeFile(input.file_path, Buffer.from(changed.text), { replacing: digest(before) })
      const diff = diffText(input.file_path, before, changed.text)
      return succeeded(summaryOf(input, changed.summary), {
        file_path: input.file_path,
        ...changed.metadata,
        ...(diff === undefined ? {} : { diff }),
      })
    }),
  }
}

const summaryOf = (input: { readonly file_path: string }, summary: string): string => `Changed ${input.file_path}: ${summary}`

function expected(witness: Json | undefined): { readonly after: string | null; readonly summary: string } {
  const { after, summary } = (witness ?? {}) as Readonly<Record<string, Json>>
  return { after: typeof after === 'string' ? after : null, summary: typeof summary === 'string' ? summary : 'Changed' }
}
