/** Works out what a call that edits a file would do to it, to be shown before it is allowed. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Json } from '@seamfold/core/kit'
import { applyPatch } from 'diff'
import { asObject, textAt } from '../render/call.ts'
import type { Change } from '../render/diff.ts'

/** The change, or undefined where it cannot be told: then the arguments are shown as they are. */
export async function proposedChange(workspace: string, toolName: string, args: Json): Promise<Change | undefined> {
  const path = textAt(args, 'path', 'file_path')
  if (path === undefined) return undefined
  const before = await readFile(resolve(workspace, path), 'utf8').catch(() => undefined)
  const after = afterwards(toolName, args, before)
  // Bytes that are no text have no lines to compare.
  return after === undefined || after.includes('\0') || before?.includes('\0') === true ? undefined : { path, before, after }
}

function afterwards(toolName: string, args: Json, before: string | undefined): string | undefined {
  const given = asObject(args)
  if (toolName === 'write') {
    if (typeof given.content !== 'string') return undefined
    return given.mode === 'append' ? (before ?? '') + given.content : given.content
  }
  if (before === undefined) return undefined
  if (toolName === 'edit') return replaced(before, args)
  if (toolName === 'patch' && typeof given.diff === 'string') return applyPatch(before, given.diff) || undefined
  return undefined
}

function replaced(before: string, args: Json): string | undefined {
  const given = asObject(args)
  const old = textAt(args, 'old_string', 'oldString', 'old')
  const fresh = given.new_string ?? given.newString ?? given.new
  if (old === undefined || typeof fresh !== 'string' || !before.includes(old)) return undefined
  const everywhere = given.replace_all === true || given.replaceAll === true
  return everywhere ? before.split(old).join(fresh) : before.replace(old, () => fresh)
}
