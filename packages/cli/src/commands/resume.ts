/** `seamfold resume`: goes on with a run that waits, or that a crash left behind. */
import type { Agent, SessionView, UnfinishedRun } from '@seamfold/core'
import { AgentError } from '@seamfold/core/kit'
import { headingLines } from '../render/heading.ts'
import { resolveSettings, type SharedOptions } from '../setup/settings.ts'
import { type Journal, openExistingJournal } from '../setup/store.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { EXIT, exitCodeOfRun } from './exit-code.ts'
import { findSession, shortId } from './find-session.ts'
import type { Format } from './follow.ts'
import { waitingLines } from './waiting.ts'
import { withWork } from './work.ts'

export type ResumeOptions = SharedOptions & { readonly json?: boolean }

export async function resumeCommand(given: string | undefined, options: ResumeOptions, terminal: Terminal): Promise<number> {
  const format: Format = options.json === true ? 'json' : 'text'
  const settings = await resolveSettings(options, terminal)
  const journal = await openExistingJournal(settings.storePath)
  // A name is looked up first, so that a wrong one is told before a model is connected.
  const named = await findNamed(journal, given)
  return withWork({ settings, terminal, format }, async (work) => {
    const id = named?.id ?? (await onlyUnfinished(work.agent))
    const session = await work.agent.session({ id, create: false })
    await work.settle(session)
    const run = await session.resume()
    if (run === undefined) {
      terminal.complain(`Session ${id} has no unfinished run. To say something more: seamfold run --session ${shortId(id)} "…"\n`)
      return EXIT.usage
    }
    if (format === 'text')
      terminal.print(
        `${headingLines({ title: 'Seamfold, going on', model: settings.model, workspace: settings.workspace, mode: settings.mode, session: id }, terminal.style()).join('\n')}\n\n`,
      )
    const result = await work.follow(run)
    if (result.status === 'suspended') {
      const text = `\n${(await waitingLines(result.waitingFor, { places: settings, terminal })).join('\n')}\n`
      if (format === 'text') terminal.print(text)
      else terminal.complain(text)
    }
    return exitCodeOfRun(result, work.interrupt.code())
  })
}

async function findNamed(journal: Journal, given: string | undefined): Promise<SessionView | undefined> {
  try {
    return given === undefined ? undefined : await findSession(journal.store, given)
  } finally {
    await journal.close()
  }
}

/** The session whose run is not finished, when there is exactly one. */
async function onlyUnfinished(agent: Agent): Promise<string> {
  const found: UnfinishedRun[] = []
  for await (const run of agent.unfinished()) found.push(run)
  const [only, ...others] = found
  if (only === undefined) throw new AgentError('session_not_found', 'Nothing is unfinished here: every run has ended.')
  if (others.length === 0) return only.sessionId
  throw new AgentError(
    'invalid_argument',
    `Several runs are unfinished; name the session:\n${found.map(({ sessionId, status }) => `  ${shortId(sessionId)}  ${status}`).join('\n')}`,
  )
}
