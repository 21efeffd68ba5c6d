/** Lets commands run that are known to only read. */
import type { Access } from '@seamfold/core/kit'
import { readCommand } from '../shell-grammar/shell-word.ts'
import { PROGRAMS } from './reads-programs.ts'

export interface ReadOnlyOptions {
  /** For what is not known to only read. Default: `ask`. */
  readonly otherwise?: 'ask' | 'deny'
}

type ByAccess = (access: Access) => 'allow' | 'ask' | 'deny'

/**
 * A default for `policy({ default: readOnlyCommands() })`: commands whose every part is known to only read are allowed, as is to
 * read, to fetch and to start agents; whatever else is asked for, or denied. It trusts the machine: its programs, what its
 * environment holds, and what the configuration of the workspace's own repository names.
 */
export function readOnlyCommands({ otherwise = 'ask' }: ReadOnlyOptions = {}): ByAccess {
  const judge: ByAccess = (access) => {
    if (access.kind === 'exec') return access.commands?.every(onlyReads) === true ? 'allow' : otherwise
    return access.kind === 'write' || access.kind === 'other' ? otherwise : 'allow'
  }
  // A policy is told from another by how it is written.
  return Object.assign(judge, { toString: () => `read-only commands, else ${otherwise}` })
}

/** Whether a simple command, written as the `commands` of an access are, is known to only read. */
function onlyReads(command: string): boolean {
  const words = readCommand(command)
  const name = words[0]?.value
  return name !== undefined && Object.hasOwn(PROGRAMS, name) && PROGRAMS[name]?.(words) === true
}
