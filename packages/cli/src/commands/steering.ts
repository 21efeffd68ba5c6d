/** Lets a person speak to a run while it is under way: what is typed is read by the model before its next turn. */
import type { Run } from '@seamfold/core'
import { type Envelope, textOf } from '@seamfold/core/kit'
import type { LineListener, Lines } from '../terminal/lines.ts'
import type { Screen } from '../terminal/screen.ts'
import type { Terminal } from '../terminal/terminal.ts'

export type SteeringOptions = {
  readonly run: Pick<Run, 'steer'>
  readonly lines: Pick<Lines, 'listen' | 'typed' | 'keep'>
  readonly screen: Pick<Screen, 'print' | 'refresh'>
  readonly terminal: Pick<Terminal, 'style'>
}

export interface Steering {
  /** What is being typed, for the status line. */
  typed(): string
  /** Tell it of an event that was shown. */
  shown(envelope: Envelope): void
  /** Stop listening. What the run did not read becomes the next message, unless it goes on later and reads it then. */
  stop(goesOn: boolean): void
}

export function steer({ run, lines, screen, terminal }: SteeringOptions): Steering {
  /** Said to the run, which has not read it yet. */
  const unread: string[] = []
  const later: string[] = []
  let begun = ''
  const listener: LineListener = {
    line(text) {
      // A backslash goes on in the next line, as at the prompt.
      if (text.endsWith('\\')) return void (begun += `${text.slice(0, -1)}\n`)
      const words = (begun + text).trim()
      begun = ''
      if (words === '') return
      if (words.startsWith('/')) {
        later.push(words)
        screen.print(`  ${terminal.style().colors.dim(`${words} is for after this run. Ctrl-C stops it.`)}\n`)
        return
      }
      unread.push(words)
      run.steer(words).catch(() => undefined) // the run has just ended: it stays unread, and is said again
    },
    // Where keys are read Ctrl-C is one of them: it still means what it means.
    interrupt: () => void process.kill(process.pid, 'SIGINT'),
    changed: () => screen.refresh(),
  }
  const stop = lines.listen(listener)
  return {
    typed: () => lines.typed(),
    shown({ event }) {
      if (event.type !== 'message_injected' || event.source !== 'steering') return
      const at = unread.indexOf(textOf(event.message))
      if (at !== -1) unread.splice(at, 1)
    },
    stop(goesOn) {
      stop()
      for (const text of [...(goesOn ? [] : unread), ...later]) lines.keep(text)
    },
  }
}
