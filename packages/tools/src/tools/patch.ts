/** The `patch` tool: applies a unified diff to one file. */
import { tool, type Tool } from '@seamfold/core/kit'
import { z } from 'zod'
import { toolInput } from '../base/tool-input.ts'
import { applyPatch } from '../text/apply-patch.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { fileChange } from './change-file.ts'

const input = toolInput({
  file_path: z.string().describe('Path of the file, relative to the workspace or absolute inside it'),
  diff: z.string().describe('Unified diff of this file: hunks with exact line numbers, counts and context'),
})

/** All hunks or none. Nothing is guessed: a hunk that does not fit is refused with where its lines are. */
export const patchTool = (workspace: Workspace): Tool =>
  tool({
    name: 'patch',
    description:
      'Apply a unified diff to one file that exists: all hunks or none. Line numbers and context must be exact. For a single change edit is simpler.',
    input,
    effect: 'unsafe',
    ...fileChange<z.infer<typeof input>>(workspace, (text, { diff }) => {
      const patched = applyPatch(text, diff)
      if ('problem' in patched) return patched
      const { added, removed } = patched
      return { text: patched.text, summary: `+${added} -${removed} lines`, metadata: { added, removed } }
    }),
  })
