/** `seamfold sessions delete`: removes sessions from the journal, for good. */
import { deleteSession, openSession, sweepBlobs } from '@seamfold/core'
import { AgentError, toMessage } from '@seamfold/core/kit'
import { ago } from '../render/measure.ts'
import { oneLine, plural, visibleLine } from '../render/text.ts'
import type { SharedOptions } from '../setup/settings.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { busyInWords } from './busy.ts'
import { EXIT } from './exit-code.ts'
import { findSession } from './find-session.ts'
import { sessionsByUse, type Used } from './last-used.ts'
import { standingOf } from './liveness.ts'
import { type Scene, withJournal } from './with-journal.ts'

export type DeleteOptions = SharedOptions & {
  readonly olderThan?: string
  readonly force?: boolean
  readonly yes?: boolean
  readonly json?: boolean
}

const DAY_MS = 86_400_000

export function deleteCommand(named: readonly string[], options: DeleteOptions, terminal: Terminal): Promise<number> {
  return withJournal(options, terminal, async (scene) => {
    const chosen = await choose(scene, named, options)
    if (options.yes !== true) return preview(chosen, options, scene)
    const deleted: string[] = []
    const refused: string[] = []
    for (const { id } of chosen) {
      const problem = await remove(scene, id, options.force === true)
      if (problem === undefined) deleted.push(id)
      else refused.push(problem)
    }
    const artifacts = deleted.length === 0 ? 0 : await tidy(scene)
    const { colors, signs } = terminal.style()
    if (options.json === true) terminal.print(`${JSON.stringify({ deleted, refused, artifacts })}\n`)
    else {
      const kept = artifacts === 0 ? '' : `, and ${plural(artifacts, 'large output')} that no other names`
      if (deleted.length > 0) terminal.print(`${colors.green(signs.done)} ${plural(deleted.length, 'session')} deleted${kept}.\n`)
      for (const words of refused) terminal.complain(`${colors.yellow(signs.warning)} ${words}\n`)
    }
    return refused.length === 0 ? EXIT.completed : EXIT.failed
  })
}

/** Removes large outputs that nobody names any more, and what SQLite keeps of deleted rows. Resolves with how many outputs went. */
async function tidy({ journal }: Scene): Promise<number> {
  const artifacts = await sweepBlobs(journal.store, journal.blobs)
  await journal.shrink()
  return artifacts
}

/** Those that are named, or those that nobody used for so many days. */
async function choose({ journal, terminal }: Scene, named: readonly string[], { olderThan }: DeleteOptions): Promise<readonly Used[]> {
  if (named.length > 0 === (olderThan !== undefined))
    throw new AgentError('invalid_argument', 'Say which sessions: by id, or with --older-than <days> those that were not used since.')
  const all = await sessionsByUse(journal)
  if (olderThan === undefined) {
    const ids = await Promise.all(named.map((each) => idOf(journal, all, each)))
    return all.filter(({ id }) => ids.includes(id))
  }
  const days = Number(olderThan.replace(/d$/, ''))
  if (!(days >= 0)) throw new AgentError('invalid_argument', `--older-than is '${olderThan}'. Give days, such as 30.`)
  return all.filter(({ at }) => at < terminal.now() - days * DAY_MS)
}

/** A session that cannot be read is found by its whole id. */
async function idOf(journal: Scene['journal'], all: readonly Used[], given: string): Promise<string> {
  return all.some(({ id }) => id === given) ? given : (await findSession(journal, given)).id
}

/** Why it was not deleted; undefined when it was. */
async function remove(scene: Scene, id: string, force: boolean): Promise<string | undefined> {
  try {
    await deleteSession(scene.journal.store, id, { force })
    return undefined
  } catch (error) {
    const session = await openSession(scene.journal.store, id).catch(() => undefined)
    const words = session === undefined ? error : await busyInWords(error, { ...scene, session })
    return `${toMessage(words)}\nTo delete it all the same: --force`
  }
}

/** Says what would go: nobody can take it back. */
async function preview(chosen: readonly Used[], { json, force }: DeleteOptions, { journal, terminal }: Scene): Promise<number> {
  if (json === true) terminal.print(`${JSON.stringify({ deleted: [], wouldDelete: chosen.map(({ id }) => id) })}\n`)
  else if (chosen.length === 0) terminal.print('There is no such session.\n')
  else {
    const lines = await Promise.all(
      chosen.map(
        async ({ id, at }) => `  ${visibleLine(id)}  ${ago(at, terminal.now())}${await standingWords(journal, id, force === true)}`,
      ),
    )
    terminal.print(
      `${plural(chosen.length, 'session')} would be deleted for good, with what ${chosen.length === 1 ? 'its' : 'their'} sub-agents did:\n\n${lines.join('\n')}\n\nNothing was done. Say --yes to delete.\n`,
    )
  }
  return chosen.length === 0 ? EXIT.completed : EXIT.usage
}

async function standingWords(journal: Scene['journal'], id: string, force: boolean): Promise<string> {
  try {
    const standing = await standingOf(journal, id, await (await openSession(journal.store, id)).state())
    return standing === undefined ? '' : `  ${standing}${force ? '' : ': refused without --force'}`
  } catch (error) {
    return `  ${oneLine(toMessage(error))}`
  }
}
