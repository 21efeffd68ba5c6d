/** `seamfold sessions diff`: what two sessions share, and what each has beyond it. */
import { type Branch, diffSessions } from '@seamfold/core'
import { factLine, isBookkeeping } from '../render/fact-line.ts'
import { plural, visibleLine } from '../render/text.ts'
import type { Style } from '../render/style.ts'
import type { SharedOptions } from '../setup/settings.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { EXIT } from './exit-code.ts'
import { factsOf } from './find-fact.ts'
import { findSession } from './find-session.ts'
import { withJournal } from './with-journal.ts'

export type DiffOptions = SharedOptions & { readonly all?: boolean; readonly json?: boolean }

export function diffCommand(pair: readonly [string, string], options: DiffOptions, terminal: Terminal): Promise<number> {
  return withJournal(options, terminal, async ({ journal }) => {
    const [a, b] = [await findSession(journal, pair[0]), await findSession(journal, pair[1])]
    const diff = await diffSessions(journal.store, a.id, b.id)
    if (options.json === true) {
      terminal.print(`${JSON.stringify(diff)}\n`)
      return EXIT.completed
    }
    const style = terminal.style()
    const last = (await factsOf(a)).find(({ cursor }) => cursor === diff.shared.cursor)
    const shared =
      last === undefined
        ? ['They have nothing in common.']
        : [`Both begin with ${plural(diff.shared.facts, 'fact')}, up to and including`, factLine(last, style)]
    terminal.print(`${[...shared, '', ...branchLines(diff.a, options, style), '', ...branchLines(diff.b, options, style)].join('\n')}\n`)
    return EXIT.completed
  })
}

function branchLines({ id, beyond }: Branch, { all }: DiffOptions, style: Style): readonly string[] {
  const { colors } = style
  const title = `${colors.bold(visibleLine(id))}  ${colors.dim(beyond.length === 0 ? 'nothing more' : `${plural(beyond.length, 'fact')} more`)}`
  const shown = all === true ? beyond : beyond.filter((fact) => !isBookkeeping(fact))
  return [title, ...shown.map((fact) => factLine(fact, style))]
}
