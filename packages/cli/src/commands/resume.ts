/** `seamfold resume`: goes on with a run that waits, or that a crash left behind, in the way in which it was started. */
import { openSession, type SessionView, type UnfinishedRun, unfinishedRuns } from '@seamfold/core'
import { AgentError } from '@seamfold/core/kit'
import { headingLines } from '../render/heading.ts'
import { recall, type Remembered } from '../setup/remembered.ts'
import { findPlaces, type Settings, type SharedOptions } from '../setup/settings.ts'
import { type Journal, openExistingJournal } from '../setup/store.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { settingsAsStarted } from './as-started.ts'
import { busyInWords } from './busy.ts'
import { refuseDamaged } from './damage.ts'
import { EXIT, exitCodeOfRun } from './exit-code.ts'
import { findSession, shortId } from './find-session.ts'
import type { Format } from './follow.ts'
import { hint, quote, showHint } from './hint.ts'
import { startedWords } from './started.ts'
import { askedSessions, openWorkflows, refuseAsked, type Scene, workflowCommand } from './asker.ts'
import { waitingLines } from './waiting.ts'
import { withWork } from './work.ts'

export type ResumeOptions = SharedOptions & { readonly json?: boolean }

export async function resumeCommand(given: string | undefined, options: ResumeOptions, terminal: Terminal): Promise<number> {
  const format: Format = options.json === true ? 'json' : 'text'
  const places = await findPlaces(options, terminal)
  // The run is looked up first: it says how it was started, and a wrong name is told before a model is connected.
  const { id, open, remembered } = await lookUp(given, { places, terminal })
  if (!open) {
    terminal.complain(
      `Session ${id} has no unfinished run. To say something more: ${hint(`run --session ${quote(shortId(id))} "…"`, places, terminal)}\n`,
    )
    return EXIT.usage
  }
  const settings = await settingsAsStarted(options, terminal, remembered)
  return withWork({ settings, terminal, format }, async (work) => {
    const session = await work.agent.session({ id, create: false })
    if (format === 'text') announce(settings, id, { remembered, terminal })
    await work.settle(session)
    const run = await session.resume().catch(async (error: unknown) => {
      throw await busyInWords(error, { session, journal: work.assembled.journal, places: settings, terminal })
    })
    if (run === undefined) throw new AgentError('session_busy', `The run of session ${id} has just been ended by somebody else.`)
    const result = await work.follow(run)
    if (result.status === 'suspended') {
      const text = `\n${(await waitingLines(result.waitingFor, { places: settings, terminal })).join('\n')}\n`
      if (format === 'text') terminal.print(text)
      else terminal.complain(text)
    }
    return exitCodeOfRun(result, work.interrupt.code())
  })
}

type Found = { readonly id: string; readonly open: boolean; readonly remembered: Remembered | undefined }

/** The session that is meant, whether there is anything to go on with, and how that was started. */
async function lookUp(given: string | undefined, scene: Omit<Scene, 'store'>): Promise<Found> {
  const { places, terminal } = scene
  const journal = await openExistingJournal(places.storePath)
  try {
    const view = given === undefined ? await onlyUnfinished(journal, scene) : await findSession(journal, given)
    await refuseDamaged(journal.store, view.id, showHint(view.id, places, terminal))
    const state = await view.state()
    const { run } = state
    const open = run?.status === 'executing' || run?.status === 'suspended'
    await refuseAsked({ id: view.id, state }, { ...scene, store: journal.store })
    return { id: view.id, open, remembered: run !== undefined && open ? await recall(journal.store, run.sendId) : undefined }
  } finally {
    await journal.close()
  }
}

/** The session whose run is not finished, when there is exactly one that is not somebody else's to go on with. */
async function onlyUnfinished({ store }: Journal, scene: Omit<Scene, 'store'>): Promise<SessionView> {
  const found: UnfinishedRun[] = []
  for await (const run of unfinishedRuns(store)) found.push(run)
  const [only, ...others] = found
  if (only === undefined) {
    const roots = await openWorkflows(store)
    const given = roots.length === 0 ? [...(await askedSessions(store))] : []
    if (given.length > 0)
      throw new AgentError(
        'session_not_found',
        `No session is to be resumed, but steps are unfinished that a program gave, and goes on with:\n  ${given.join('\n  ')}`,
      )
    if (roots.length === 0) throw new AgentError('session_not_found', 'Nothing is unfinished here: every run has ended.')
    const commands = await Promise.all(roots.map((rootId) => workflowCommand(rootId, { ...scene, store })))
    throw new AgentError('session_not_found', `No session is to be resumed, but steps of a workflow are:\n  ${commands.join('\n  ')}`)
  }
  if (others.length === 0) return openSession(store, only.sessionId)
  throw new AgentError(
    'invalid_argument',
    `Several runs are unfinished; name the session:\n${found.map(({ sessionId, status }) => `  ${shortId(sessionId)}  ${status}`).join('\n')}`,
  )
}

type Look = { readonly remembered: Remembered | undefined; readonly terminal: Terminal }

function announce(settings: Settings, session: string, { remembered, terminal }: Look): void {
  const { model, workspace, mode } = settings
  const style = terminal.style()
  const heading = headingLines({ title: 'Seamfold, going on', model, workspace, mode, session }, style)
  const note = startedWords(settings, remembered)
  terminal.print(`${[...heading, '', `  ${style.colors.dim(note)}`].join('\n')}\n\n`)
}
