/** The `edit` tool: replaces one text in a file by another. */
import { tool, type Tool } from '@seamfold/core/kit'
import { z } from 'zod'
import { toolInput } from '../base/tool-input.ts'
import { replaceText } from '../text/replace-text.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { fileChange } from './change-file.ts'

const input = toolInput({
  file_path: z.string().describe('Path of the file, relative to the workspace or absolute inside it'),
  old_string: z.string().describe('The text to replace, exactly as it is in the file'),
  new_string: z.string().describe('The text to put in its place'),
  replace_all: z.boolean().default(false).describe('Replace every occurrence. Default: false, and then it must occur once'),
})

/** Literal and exact. Made twice it changes twice, so a call that was cut off is settled by comparing digests, never repeated blindly. */
export const editTool = (workspace: Workspace): Tool =>
  tool({
    name: 'edit',
    description: 'Replace a text in a file by another, exactly. The text must occur once, or replace_all be set. Read the file first.',
    input,
    effect: 'unsafe',
    ...fileChange<z.infer<typeof input>>(workspace, (text, { old_string, new_string, replace_all }) => {
      const replaced = replaceText(text, { old: old_string, new: new_string, all: replace_all })
      if ('problem' in replaced) return replaced
      const { count } = replaced
      return {
        text: replaced.text,
        summary: `${count} ${count === 1 ? 'replacement' : 'replacements'}`,
        metadata: { replacement_count: count },
      }
    }),
  })
