/** Checks a journal's file and its sessions, as far as that is quick, or all of it. */
import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { isAgentError } from '@seamfold/core/kit'
import { plural } from '../render/text.ts'
import type { Places } from '../setup/settings.ts'
import { type Journal, obstacle, openExistingJournal } from '../setup/store.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { damageOf } from './damage.ts'
import { sessionIds, shortId } from './find-session.ts'
import { hint } from './hint.ts'

/** Milliseconds that sessions are verified for, and bytes of a file that SQLite looks through, unless all is asked for. */
const QUICK_MS = 3_000
const QUICK_BYTES = 512 * 1024 * 1024
/** Damaged sessions that are named. */
const NAMED = 8

export type JournalCheckOptions = { readonly all: boolean; readonly terminal: Terminal }

/** `words` tell what was looked at; `problems` is empty for a healthy journal. */
export type JournalCheck = { readonly words: string; readonly problems: readonly string[] }

/** Throws what opening it throws: a file that is no journal, or one of a newer version. */
export async function checkJournal(places: Places, options: JournalCheckOptions): Promise<JournalCheck> {
  const { storePath } = places
  if (!existsSync(storePath)) {
    const why = await obstacle(storePath)
    return why === undefined
      ? { words: `${storePath} (made by the first run)`, problems: [] }
      : { words: 'there is none yet', problems: [why] }
  }
  const journal = await openExistingJournal(storePath)
  try {
    const file = options.all || (await stat(storePath)).size <= QUICK_BYTES ? await examineFile(journal) : undefined
    const sessions = await checkSessions(journal, options)
    const whole = file !== undefined && sessions.checked === sessions.count
    const more = whole ? '' : `; check all of it with: ${hint('doctor --all', places, options.terminal)}`
    const verified = sessions.checked === sessions.count ? 'every record verified' : `${sessions.checked} of them verified`
    return {
      words: `${storePath} (${plural(sessions.count, 'session')}, ${verified}${more})`,
      problems: [...fileProblems(file ?? []), ...sessions.problems],
    }
  } finally {
    await journal.close()
  }
}

/** A file may be too broken for SQLite to look through it: that is an answer too. */
async function examineFile(journal: Journal): Promise<readonly string[]> {
  try {
    return await journal.examine()
  } catch (error) {
    if (isAgentError(error, 'store_corrupt')) return [error.message]
    throw error
  }
}

const fileProblems = (found: readonly string[]): readonly string[] =>
  found.length === 0 ? [] : [`the file is damaged, restore a backup of it: ${found.slice(0, 3).join('; ')}`]

async function checkSessions(
  { store }: Journal,
  { all, terminal }: JournalCheckOptions,
): Promise<{ readonly count: number; readonly checked: number; readonly problems: readonly string[] }> {
  const ids = await sessionIds(store)
  const deadline = terminal.now() + QUICK_MS
  const problems: string[] = []
  let checked = 0
  for (const id of ids) {
    if (!all && terminal.now() > deadline) break
    const damage = await damageOf(store, id)
    if (damage !== undefined) problems.push(`${shortId(id)}: ${damage}`)
    checked++
  }
  const rest = problems.length - NAMED
  return { count: ids.length, checked, problems: rest > 0 ? [...problems.slice(0, NAMED), `and ${rest} more`] : problems }
}
