/** Asks the person at the terminal whether a call may run. */
import type { Answer, Rule } from '@seamfold/core'
import type { WaitingFor } from '@seamfold/core/kit'
import { describeCall } from '../render/call.ts'
import type { Change } from '../render/diff.ts'
import { requestExcerpt } from '../render/request.ts'
import type { Style } from '../render/style.ts'
import { columnsOf, visibleLine } from '../render/text.ts'
import { joinParts, wrapWords } from '../render/wrap.ts'
import { rulesLike } from '../setup/permissions.ts'
import type { Lines } from '../terminal/lines.ts'
import type { Screen } from '../terminal/screen.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { proposedChange } from '../workspace/proposed-change.ts'
import { questionText, readReply } from './question.ts'

export type ApproverOptions = {
  readonly terminal: Terminal
  readonly screen: Screen
  readonly lines: Lines
  readonly workspace: string
  /** Who answers. */
  readonly by: string
  /** Whether rules for the session, which a person gave meanwhile, let a request pass that was made before. Default: never. */
  readonly covers?: (request: WaitingFor, rules: readonly Rule[]) => boolean
  /** Called when the person leaves instead of answering. */
  leave(how: 'interrupted' | 'terminal closed'): void
}

export type Approver = (request: WaitingFor, signal: AbortSignal) => Promise<Answer | undefined>

/** One question at a time, in the order in which they come. Undefined when the person left. */
export function createApprover(options: ApproverOptions): Approver {
  let turn: Promise<unknown> = Promise.resolve()
  const given = new Map<string, readonly Rule[]>()
  const answerInTurn = async (request: WaitingFor, signal: AbortSignal): Promise<Answer | undefined> => {
    const rules = given.get(request.sessionId)
    if (rules !== undefined && options.covers?.(request, rules) === true) return passed(request, options)
    const answer = await askOne(request, signal, options)
    if (answer?.decision === 'approve' && answer.always !== undefined) given.set(request.sessionId, [...(rules ?? []), ...answer.always])
    return answer
  }
  return (request, signal) => {
    const answer = turn.then(() => answerInTurn(request, signal))
    turn = answer.catch(() => undefined)
    return answer
  }
}

/** Not asked, because the person has just allowed all that are like it. */
function passed({ toolName, args }: WaitingFor, { terminal, by }: ApproverOptions): Answer {
  const { colors, signs } = terminal.style()
  terminal.print(
    `  ${colors.green(signs.done)} ${colors.bold(visibleLine(toolName))} ${describeCall(toolName, args)}: allowed in this session\n`,
  )
  return { decision: 'approve', by }
}

type Asked = { readonly request: WaitingFor; readonly change: Change | undefined; readonly always: ReturnType<typeof rulesLike> }

/** What happens meanwhile is shown afterwards: nothing moves what is being judged. */
async function askOne(request: WaitingFor, signal: AbortSignal, options: ApproverOptions): Promise<Answer | undefined> {
  const release = options.screen.hold()
  try {
    const answer = request.kind === 'question' ? await replyTo(request, signal, options) : await answerOf(request, signal, options)
    return answer && { ...answer, by: options.by }
  } finally {
    release()
  }
}

async function answerOf(request: WaitingFor, signal: AbortSignal, options: ApproverOptions): Promise<Answer | undefined> {
  const { terminal, lines, workspace } = options
  const { colors, signs } = terminal.style()
  const change = await proposedChange(workspace, request.toolName, request.args)
  const asked: Asked = { request, change, always: rulesLike(request) }
  terminal.print(`\n${questionLines(asked, false, terminal.style()).join('\n')}\n`)
  for (;;) {
    const reply = await lines.ask(`  ${colors.cyan(signs.prompt)} `, { signal, fresh: true })
    if (reply.type !== 'line') return left(reply.type, options)
    const answer = readAnswer(reply.text)
    if (answer === 'always' && asked.always !== undefined) {
      return { decision: 'approve', always: asked.always.rules }
    }
    if (answer === 'show') terminal.print(`\n${questionLines(asked, true, terminal.style()).join('\n')}\n`)
    else if (answer !== undefined && answer !== 'always') return answer
    else {
      const keys = asked.always === undefined ? 'y, n or s' : 'y, n, a or s'
      const words = `  Type ${keys}; s shows all of it. After n may follow what the agent should do instead.`
      terminal.print(`${wrapWords(words, terminal.style().width, '  ').join('\n')}\n`)
    }
  }
}

/** A question of the model, until it is answered. */
async function replyTo(request: WaitingFor, signal: AbortSignal, options: ApproverOptions): Promise<Answer | undefined> {
  const { terminal, lines } = options
  const { colors, signs } = terminal.style()
  const text = questionText(request, terminal.style())
  terminal.print(`\n${text.join('\n')}\n`)
  for (;;) {
    const reply = await lines.ask(`  ${colors.cyan(signs.prompt)} `, { signal, fresh: true })
    if (reply.type !== 'line') return left(reply.type, options)
    const answer = readReply(request, reply.text)
    if (answer !== undefined) return answer
    terminal.print(`${text.at(-1) ?? ''}\n`)
  }
}

function left(how: 'interrupt' | 'gone' | 'end', { lines, leave }: ApproverOptions): undefined {
  lines.rest()
  if (how === 'interrupt') leave('interrupted')
  if (how === 'gone') leave('terminal closed')
}

/** What is asked, and the keys that answer it. */
function questionLines({ request, change, always }: Asked, whole: boolean, style: Style): readonly string[] {
  const { lines, hidden } = requestExcerpt(request, { style, change, whole, rest: 's shows all of it' })
  const { colors } = style
  const key = (letter: string, rest: string): string => colors.dim('[') + colors.bold(letter) + colors.dim(']') + rest
  const choices = [
    key('y', 'es'),
    key('n', 'o, and why'),
    ...(hidden > 0 ? [key('s', 'how all of it')] : []),
    ...(always === undefined ? [] : [key('a', `lways in this session: ${alwaysWords(always.words, style)}`)]),
  ]
  return [...lines, ...joinParts(choices, '  ', { columns: style.width, indent: '  ' })]
}

/** What would be allowed, where that is short: else it is what stands above. */
function alwaysWords(words: string, { width }: Style): string {
  const shown = visibleLine(words)
  return columnsOf(shown) > Math.max(40, width - 50) || shown !== words ? 'exactly this' : shown
}

/** What a person typed: `y`, `n`, `n use the other file`, `a`, `s`. Anything else is no answer. */
export function readAnswer(text: string): Answer | 'always' | 'show' | undefined {
  const [word = '', ...rest] = text.trim().split(/\s+/)
  const message = rest.join(' ')
  const key = word.toLowerCase().replace(/[,:.]$/, '')
  if ((key === 'y' || key === 'yes') && message === '') return { decision: 'approve' }
  if ((key === 'a' || key === 'always') && message === '') return 'always'
  if ((key === 's' || key === 'show') && message === '') return 'show'
  if (key === 'n' || key === 'no') return { decision: 'reject', ...(message === '' ? {} : { message }) }
  return undefined
}
