/** Holds what a command needs while an agent works: agent, screen, signals, questions. Lets go of all of it at the end. */
import type { Agent, Run, RunResult, Session } from '@seamfold/core'
import { assemble, type Assembled } from '../setup/assemble.ts'
import type { Settings } from '../setup/settings.ts'
import { type Interrupt, listenForInterrupt } from '../terminal/interrupt.ts'
import { createLines, type Lines } from '../terminal/lines.ts'
import { createScreen, type Screen } from '../terminal/screen.ts'
import type { Terminal } from '../terminal/terminal.ts'
import type { TranscriptOptions } from '../render/transcript.ts'
import { createApprover } from './approver.ts'
import { createQuestions, follow, type Format } from './follow.ts'

export type Work = {
  readonly agent: Agent
  readonly assembled: Assembled
  readonly screen: Screen
  readonly interrupt: Interrupt
  readonly lines: Lines
  /** Ask the person here for what a suspended run of a session waits for. False when something stays unanswered. */
  settle(session: Session): Promise<boolean>
  /** Show a run until it ends or waits. An interruption cancels it: this command's, or the one that is given. */
  follow(run: Run, transcript?: Omit<TranscriptOptions, 'style'>, interrupt?: Interrupt): Promise<RunResult>
}

export type WorkOptions = {
  readonly settings: Settings
  readonly terminal: Terminal
  readonly format: Format
  /** Ask the person at the terminal. Default: where there is one, and the output is text. */
  readonly asks?: boolean
}

/** Do something with an agent. Everything is closed when it has ended, however it ended. */
export async function withWork<T>({ settings, terminal, format, asks }: WorkOptions, work: (work: Work) => Promise<T>): Promise<T> {
  const screen = createScreen(terminal)
  const lines = asks !== false && terminal.interactive ? createLines(terminal) : noLines
  const base = listenForInterrupt()
  let current: Interrupt = base
  let assembled: Assembled | undefined
  const approver = createApprover({
    terminal,
    screen,
    lines,
    workspace: settings.workspace,
    allow: (rules) => assembled?.permissions.allow(rules),
    leave: () => current.trigger(130, 'interrupted'),
  })
  const interactive = asks ?? (terminal.interactive && format === 'text')
  const questions = interactive ? createQuestions(approver) : undefined
  try {
    assembled = await assemble(settings, { environment: terminal.environment, confirm: questions?.confirm, unhurried: terminal.live && format === 'text' })
    return await work({
      agent: assembled.agent,
      assembled,
      screen,
      interrupt: base,
      lines,
      async settle(session) {
        for (const request of interactive ? await session.waitingFor() : []) {
          const answer = await approver(request, current.signal)
          if (answer === undefined) return false
          await session.answer(request.requestId, answer)
        }
        return true
      },
      follow(run, transcript = {}, interrupt = base) {
        current = interrupt
        return follow(run, {
          terminal,
          screen,
          interrupt,
          format,
          // What is asked in place needs no telling, and what waits is told at the end.
          transcript: { approvals: questions === undefined ? 'answers' : 'none', ...transcript },
          ...(questions === undefined ? {} : { shown: questions.shown }),
        })
      },
    })
  } finally {
    screen.close()
    lines.close()
    await assembled?.close()
    base.close()
  }
}

const noLines: Lines = { ask: () => Promise.resolve({ type: 'end' }), close: () => undefined }
