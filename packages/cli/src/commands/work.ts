/** Holds what a command needs while an agent works: agent, screen, signals, questions. Lets go of all of it at the end. */
import type { Agent, Run, RunResult, Session } from '@seamfold/core'
import type { Envelope, WaitingFor } from '@seamfold/core/kit'
import { assemble, type Assembled } from '../setup/assemble.ts'
import type { Settings } from '../setup/settings.ts'
import { type Interrupt, listenForInterrupt } from '../terminal/interrupt.ts'
import { createLines, type Lines, noLines } from '../terminal/lines.ts'
import { createScreen, type Screen } from '../terminal/screen.ts'
import type { Terminal } from '../terminal/terminal.ts'
import type { TranscriptOptions } from '../render/transcript.ts'
import { coversRequest } from '../setup/permissions.ts'
import { personName } from '../setup/person.ts'
import { type Approver, createApprover } from './approver.ts'
import { createQuestions, follow, type Format, type Questions } from './follow.ts'
import type { Steering } from './steering.ts'

export type Work = {
  readonly agent: Agent
  readonly assembled: Assembled
  readonly screen: Screen
  readonly interrupt: Interrupt
  readonly lines: Lines
  /** Ask the person here for what a suspended run of a session waits for. False when something stays unanswered. */
  settle(session: Session): Promise<boolean>
  /** Somebody has seen an event that `follow` did not show: what it asks may be asked now. */
  shown(envelope: Envelope): void
  /** Show a run until it ends or waits. */
  follow(run: Run, transcript?: Omit<TranscriptOptions, 'style'>, company?: Company): Promise<RunResult>
}

export type Company = {
  /** What cancels the run. Default: the interruption of the command. */
  readonly interrupt?: Interrupt
  readonly steering?: Pick<Steering, 'typed' | 'shown'> | undefined
}

export type WorkOptions = {
  readonly settings: Settings
  readonly terminal: Terminal
  readonly format: Format
}

/** Do something with an agent. Everything is closed when it has ended, however it ended. */
export async function withWork<T>(options: WorkOptions, work: (work: Work) => Promise<T>): Promise<T> {
  const { settings, terminal, format } = options
  const screen = createScreen(terminal)
  const interactive = terminal.interactive && format === 'text'
  const lines = interactive ? createLines(terminal) : noLines
  const interrupt = listenForInterrupt()
  let assembled: Assembled | undefined
  // Chat listens anew for each of its runs: this is the one that counts now.
  let current = interrupt
  const ask = createApprover({
    terminal,
    screen,
    lines,
    workspace: settings.workspace,
    by: personName(),
    covers: (request, rules) => assembled !== undefined && coversRequest(assembled.permissions, request, rules),
    leave: (how) => current.trigger(how === 'interrupted' ? 130 : 129, how),
  })
  const questions = interactive ? createQuestions(ask) : undefined
  const show: Work['follow'] = (run, transcript = {}, { interrupt: own = interrupt, steering } = {}) => {
    current = own
    return followIn({ ...options, screen, questions }, { run, transcript, interrupt: own, steering })
  }
  try {
    assembled = await assemble(settings, {
      environment: terminal.environment,
      confirm: questions?.confirm,
      warn: (text) => terminal.complain(`${text}\n`),
      unhurried: terminal.live && format === 'text',
    })
    return await work({
      agent: assembled.agent,
      assembled,
      screen,
      interrupt,
      lines,
      settle: (session) => settle(session, interactive ? (request) => ask(request, current.signal) : undefined),
      shown: (envelope) => questions?.shown(envelope),
      follow: show,
    })
  } finally {
    screen.close()
    lines.close()
    await assembled?.close()
    interrupt.close()
  }
}

type Place = WorkOptions & { readonly screen: Screen; readonly questions: Questions | undefined }

type Following = Company & { readonly run: Run; readonly interrupt: Interrupt; readonly transcript: Omit<TranscriptOptions, 'style'> }

function followIn({ terminal, format, screen, questions }: Place, { run, transcript, interrupt, steering }: Following): Promise<RunResult> {
  // What is asked in place needs no telling, and what waits is told at the end.
  const approvals = questions === undefined ? 'answers' : 'none'
  const shown = (envelope: Envelope): void => {
    questions?.shown(envelope)
    steering?.shown(envelope)
  }
  return follow(run, {
    terminal,
    screen,
    format,
    interrupt,
    transcript: { approvals, ...transcript },
    ...(questions === undefined && steering === undefined ? {} : { shown }),
    ...(steering === undefined ? {} : { typed: steering.typed }),
  })
}

/** Put every open question of a session. False when one stays unanswered. */
async function settle(session: Session, ask: ((request: WaitingFor) => ReturnType<Approver>) | undefined): Promise<boolean> {
  const waiting = await session.waitingFor()
  for (const request of waiting) {
    if (request.kind === 'external_task') return false // it is done elsewhere
    const answer = await ask?.(request)
    if (answer === undefined) return false
    await session.answer(request.requestId, answer)
  }
  return true
}
