/** Writes commands that a person can copy, with the options that they need from where the person is. */
import { join } from 'node:path'
import type { Places } from '../setup/settings.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** `seamfold sessions show abc --workspace ../other`. The program's name can be told by whoever started it. */
export function hint(
  words: string,
  { workspace, storePath }: Places,
  { folder, environment }: Pick<Terminal, 'folder' | 'environment'>,
): string {
  const program = environment.SEAMFOLD_COMMAND ?? 'seamfold'
  const where = workspace === folder ? '' : ` --workspace ${quote(workspace)}`
  const store = storePath === join(workspace, '.seamfold', 'sessions.db') ? '' : ` --store ${quote(storePath)}`
  return `${program} ${words}${where}${store}`
}

/** A word as a shell takes it. */
export const quote = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)
