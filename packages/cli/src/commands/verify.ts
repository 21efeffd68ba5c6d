/** `seamfold sessions verify`: whether every record of a session is the one that was written. */
import { type Verification, verifySession } from '@seamfold/core'
import { isAgentError } from '@seamfold/core/kit'
import { plural, visibleLine } from '../render/text.ts'
import type { SharedOptions } from '../setup/settings.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { EXIT } from './exit-code.ts'
import { findSession, sessionIds } from './find-session.ts'
import { type Scene, withJournal } from './with-journal.ts'

export type VerifyOptions = SharedOptions & { readonly json?: boolean }

/** One session, or all of them. Exit code 1 when a record is not as it was written. */
export function verifyCommand(given: string | undefined, options: VerifyOptions, terminal: Terminal): Promise<number> {
  return withJournal(options, terminal, async (scene) => {
    let damaged = 0
    for (const id of await wanted(scene, given)) {
      const found = await verified(scene, id)
      if (found.problem !== undefined) damaged++
      terminal.print(
        options.json === true ? `${JSON.stringify({ id, ...found })}\n` : `${verificationLines(id, found, terminal).join('\n')}\n`,
      )
    }
    return damaged === 0 ? EXIT.completed : EXIT.failed
  })
}

/** A session that cannot be opened any more is verified all the same: its name is enough. */
async function wanted({ journal }: Scene, given: string | undefined): Promise<readonly string[]> {
  const ids = await sessionIds(journal.store)
  if (given === undefined) return ids
  return ids.includes(given) ? [given] : [(await findSession(journal, given)).id]
}

/** A record that the store itself cannot give is a problem like another. */
async function verified(
  { journal }: Scene,
  id: string,
): Promise<Omit<Verification, 'problem'> & { readonly problem?: { readonly message: string } }> {
  try {
    return await verifySession(journal.store, id)
  } catch (error) {
    if (!isAgentError(error, 'store_corrupt')) throw error
    return { records: 0, redacted: 0, problem: { message: error.message } }
  }
}

function verificationLines(
  id: string,
  {
    records,
    redacted,
    problem,
  }: { readonly records: number; readonly redacted: number; readonly problem?: { readonly offset?: number; readonly message: string } },
  terminal: Terminal,
): readonly string[] {
  const { colors, signs } = terminal.style()
  const notes = redacted === 0 ? '' : `, ${redacted} of them redacted`
  if (problem === undefined) return [`${colors.green(signs.done)} ${colors.bold(visibleLine(id))}  ${plural(records, 'record')}${notes}`]
  const where = problem.offset === undefined ? '' : `record ${problem.offset}: `
  return [
    `${colors.red(signs.failed)} ${colors.bold(visibleLine(id))}  ${colors.red(`${where}${visibleLine(problem.message)}`)}`,
    `  ${colors.dim(`${plural(records, 'record')} before it ${records === 1 ? 'is' : 'are'} as written${notes}. Restore a backup of the journal, or go on from before it with a fork.`)}`,
  ]
}
