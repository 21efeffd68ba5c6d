/** Asks the person at the terminal whether a call may run. */
import type { Answer, Rule } from '@seamfold/core'
import type { WaitingFor } from '@seamfold/core/kit'
import { requestLines } from '../render/request.ts'
import { rulesLike } from '../setup/permissions.ts'
import type { Lines } from '../terminal/lines.ts'
import type { Screen } from '../terminal/screen.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { proposedChange } from '../workspace/proposed-change.ts'

export type ApproverOptions = {
  readonly terminal: Terminal
  readonly screen: Screen
  readonly lines: Lines
  readonly workspace: string
  /** Called with the rules that a person wants to hold for the rest of the session. */
  allow(rules: readonly Rule[]): void
  /** Called when the person leaves instead of answering. */
  leave(): void
}

export type Approver = (request: WaitingFor, signal: AbortSignal) => Promise<Answer | undefined>

/** One question at a time, in the order in which they come. Undefined when the person left. */
export function createApprover(options: ApproverOptions): Approver {
  let turn: Promise<unknown> = Promise.resolve()
  return (request, signal) => {
    const answer = turn.then(() => askOne(request, signal, options))
    turn = answer.catch(() => undefined)
    return answer
  }
}

async function askOne(request: WaitingFor, signal: AbortSignal, options: ApproverOptions): Promise<Answer | undefined> {
  const { terminal, screen, lines, workspace } = options
  const style = terminal.style()
  const { colors, signs } = style
  const change = await proposedChange(workspace, request.toolName, request.args)
  const always = rulesLike(request.toolName, request.accesses)
  screen.watch(undefined)
  screen.print(`\n${requestLines(request, change, style).join('\n')}\n`)
  const key = (letter: string, rest: string): string => colors.dim('[') + colors.bold(letter) + colors.dim(']') + rest
  const choices = [
    key('y', 'es'),
    key('n', 'o, and why'),
    ...(always === undefined ? [] : [key('a', `lways in this session: ${always.words}`)]),
  ]
  screen.print(`  ${choices.join('  ')}\n`)
  for (;;) {
    const reply = await lines.ask(`  ${colors.cyan(signs.prompt)} `, { signal })
    if (reply.type !== 'line') {
      lines.rest()
      if (reply.type === 'interrupt') options.leave()
      return undefined
    }
    const answer = readAnswer(reply.text)
    if (answer === 'always' && always !== undefined) {
      options.allow(always.rules)
      return { decision: 'approve', by: 'terminal' }
    }
    if (answer !== undefined && answer !== 'always') return answer
    screen.print(`  Type y, n${always === undefined ? '' : ' or a'}. After n may follow what the agent should do instead.\n`)
  }
}

/** What a person typed: `y`, `n`, `n use the other file`, `a`. Anything else is no answer. */
export function readAnswer(text: string): Answer | 'always' | undefined {
  const [word = '', ...rest] = text.trim().split(/\s+/)
  const message = rest.join(' ')
  const key = word.toLowerCase().replace(/[,:.]$/, '')
  if ((key === 'y' || key === 'yes') && message === '') return { decision: 'approve', by: 'terminal' }
  if ((key === 'a' || key === 'always') && message === '') return 'always'
  if (key === 'n' || key === 'no') return { decision: 'reject', by: 'terminal', ...(message === '' ? {} : { message }) }
  return undefined
}
