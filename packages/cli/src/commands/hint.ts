/** Writes commands that a person can copy, with the options that they need from where the person is. */
import { join } from 'node:path'
import { shortId } from './find-session.ts'
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

/** The command that shows a session. */
export const showHint = (sessionId: string, places: Places, surroundings: Pick<Terminal, 'folder' | 'environment'>): string =>
  hint(`sessions show ${quote(shortId(sessionId))}`, places, surroundings)

/** A word as a shell takes it. */
export const quote = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)
