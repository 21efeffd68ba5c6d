/** What the file tools declare: the real place that a call would touch. */
import { posix } from 'node:path'
import type { Access } from '@seamfold/core/kit'
import type { Workspace } from '../workspace/workspace.ts'

/**
 * The access of a call to a path. A path that is refused is declared as it was written, made absolute: policy judges what was asked
 * for, and the call then fails without touching it.
 */
export async function pathAccess(workspace: Workspace, kind: 'read' | 'write', path: string): Promise<readonly Access[]> {
  const real = await workspace.resolve(path).catch(() => posix.resolve(workspace.root, path))
  return [{ kind, path: real }]
}
