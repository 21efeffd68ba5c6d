/** `seamfold sessions fork`: a new session that shares the past of another one. */
import { forkSession } from '@seamfold/core'
import { fieldLines } from '../render/fields.ts'
import { factLine } from '../render/fact-line.ts'
import { visibleLine } from '../render/text.ts'
import type { SharedOptions } from '../setup/settings.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { EXIT } from './exit-code.ts'
import { factsOf, namedFact } from './find-fact.ts'
import { findSession, shortId } from './find-session.ts'
import { hint, quote } from './hint.ts'
import { withJournal } from './with-journal.ts'

export type ForkOptions = SharedOptions & {
  readonly at?: string
  readonly id?: string
  readonly keepRun?: boolean
  readonly json?: boolean
}

export function forkCommand(given: string | undefined, options: ForkOptions, terminal: Terminal): Promise<number> {
  return withJournal(options, terminal, async ({ journal, places }) => {
    const view = await findSession(journal, given)
    const facts = await factsOf(view)
    const at = options.at === undefined ? facts.at(-1)?.cursor : namedFact(facts, options.at)
    const id = await forkSession(journal.store, view.id, {
      keepRun: options.keepRun === true,
      ...(at === undefined ? {} : { at }),
      ...(options.id === undefined ? {} : { id: options.id }),
    })
    if (options.json === true) {
      terminal.print(`${JSON.stringify({ id, origin: view.id, at })}\n`)
      return EXIT.completed
    }
    const style = terminal.style()
    const { colors, signs } = style
    const last = facts.find(({ cursor }) => cursor === at)
    const name = quote(shortId(id))
    const fields = fieldLines(
      [
        ['Go on', { verbatim: hint(`run --session ${name} "…"`, places, terminal) }],
        ['Compare', { verbatim: hint(`sessions diff ${quote(shortId(view.id))} ${name}`, places, terminal) }],
      ],
      style,
    )
    terminal.print(
      [
        `${colors.green(signs.done)} Session ${colors.bold(visibleLine(id))} shares the past of ${visibleLine(view.id)} up to and including`,
        ...(last === undefined ? [] : [factLine(last, style)]),
        '',
        ...fields,
        '',
        colors.dim('  Files in the workspace are as they are now: a fork is of the conversation.'),
        '',
      ].join('\n'),
    )
    return EXIT.completed
  })
}
