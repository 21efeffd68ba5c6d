/** `seamfold sessions rewind`: a session goes on from an earlier fact. */
import { rewindSession } from '@seamfold/core'
import { AgentError, type Envelope } from '@seamfold/core/kit'
import { factLine } from '../render/fact-line.ts'
import { plural, visibleLine } from '../render/text.ts'
import { leasesOfTheLiving } from '../setup/holder.ts'
import type { SharedOptions } from '../setup/settings.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { busyInWords } from './busy.ts'
import { EXIT } from './exit-code.ts'
import { factsOf, namedFact } from './find-fact.ts'
import { findSession, shortId } from './find-session.ts'
import { hint, quote } from './hint.ts'
import { withJournal } from './with-journal.ts'

export type RewindOptions = SharedOptions & {
  readonly to?: string
  readonly runs?: string
  readonly keepRun?: boolean
  readonly json?: boolean
}

export function rewindCommand(given: string | undefined, options: RewindOptions, terminal: Terminal): Promise<number> {
  return withJournal(options, terminal, async ({ journal, places }) => {
    const view = await findSession(journal, given)
    const facts = await factsOf(view)
    const to = placeIn(facts, options)
    const leases = leasesOfTheLiving(journal.leases)
    await rewindSession(journal.store, view.id, { to, keepRun: options.keepRun === true, leases }).catch(async (error: unknown) => {
      throw await busyInWords(error, { session: view, journal, places, terminal })
    })
    const at = facts.findIndex(({ cursor }) => cursor === to)
    const left = facts.slice(at + 1)
    const runs = left.filter(({ event }) => event.type === 'agent_start').length
    if (options.json === true) {
      terminal.print(`${JSON.stringify({ id: view.id, to, facts: left.length, runs })}\n`)
      return EXIT.completed
    }
    const style = terminal.style()
    const { colors, signs } = style
    const last = facts[at]
    terminal.print(
      [
        `${colors.green(signs.done)} Session ${colors.bold(visibleLine(view.id))} goes on from`,
        ...(last === undefined ? [] : [factLine(last, style)]),
        '',
        `  ${plural(left.length, 'fact')}${runs === 0 ? '' : ` and ${plural(runs, 'prompt')}`} after it no longer ${left.length === 1 ? 'counts' : 'count'}. They stay in the journal for audits.`,
        colors.dim('  Files in the workspace are as they are now: only the conversation was rewound.'),
        '',
        `  Go on with: ${hint(`run --session ${quote(shortId(view.id))} "…"`, places, terminal)}`,
        '',
      ].join('\n'),
    )
    return EXIT.completed
  })
}

/** The last fact that is to count. Throws `invalid_argument` when nobody said which. */
function placeIn(facts: readonly Envelope[], { to, runs }: RewindOptions): string {
  if (to !== undefined && runs !== undefined)
    throw new AgentError('invalid_argument', '--to names a fact and --runs counts prompts: give one of the two.')
  if (to !== undefined) return namedFact(facts, to)
  const starts = facts.flatMap(({ event }, index) => (event.type === 'agent_start' ? [index] : []))
  if (runs === undefined)
    throw new AgentError(
      'invalid_argument',
      'Say where to: --to <fact> (seamfold sessions facts lists them), or --runs 1 to take back the last prompt and all that came of it.',
    )
  const count = Number(runs)
  if (!Number.isInteger(count) || count < 1)
    throw new AgentError('invalid_argument', `--runs is '${runs}'. Give a whole number above zero.`)
  const start = starts.at(-count)
  // A run begins with the claim in front of its prompt.
  const before = start === undefined ? undefined : facts.slice(0, start).findLast(({ event }) => event.type !== 'session_claimed')
  if (before === undefined || count > starts.length)
    throw new AgentError('invalid_argument', `--runs is ${count}, and the session has ${plural(starts.length, 'prompt')}.`)
  return before.cursor
}
