/** `seamfold sessions facts`: what a session's journal says, one fact a line, with the names that other commands take. */
import { factLine, isBookkeeping } from '../render/fact-line.ts'
import { plural, visibleLine } from '../render/text.ts'
import type { SharedOptions } from '../setup/settings.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { EXIT } from './exit-code.ts'
import { factsOf } from './find-fact.ts'
import { findSession } from './find-session.ts'
import { withJournal } from './with-journal.ts'

export type FactsOptions = SharedOptions & { readonly all?: boolean; readonly json?: boolean }

export function factsCommand(given: string | undefined, options: FactsOptions, terminal: Terminal): Promise<number> {
  return withJournal(options, terminal, async ({ journal }) => {
    const view = await findSession(journal, given)
    const facts = await factsOf(view)
    if (options.json === true) {
      for (const envelope of facts) terminal.print(`${JSON.stringify(envelope)}\n`)
      return EXIT.completed
    }
    const style = terminal.style()
    const shown = options.all === true ? facts : facts.filter((fact) => !isBookkeeping(fact))
    const hidden = facts.length - shown.length
    terminal.print(`${style.colors.bold(`Session ${visibleLine(view.id)}`)}  ${style.colors.dim(plural(facts.length, 'fact'))}\n\n`)
    terminal.print(shown.map((fact) => `${factLine(fact, style)}\n`).join(''))
    if (hidden > 0)
      terminal.print(`\n${style.colors.dim(`${style.signs.ellipsis} ${plural(hidden, 'fact')} of bookkeeping: --all shows them`)}\n`)
    return EXIT.completed
  })
}
