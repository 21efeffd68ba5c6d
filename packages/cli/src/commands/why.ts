/** `seamfold why`: what would become of a call, and because of which rule. Nothing is run. */
import { type Explanation, judgeCall } from '@seamfold/core'
import { AgentError, describeAccess } from '@seamfold/core/kit'
import { describeCall } from '../render/call.ts'
import { fieldLines } from '../render/fields.ts'
import { causeWords, decisionWord, originWords } from '../render/judgement.ts'
import { visibleLine } from '../render/text.ts'
import { type TypedCall, readCall } from '../setup/call-arguments.ts'
import { groundPolicy, groundTools } from '../setup/ground.ts'
import { explainFor, withPolicyFile } from '../setup/other-policy.ts'
import { type Ground, resolveGround, type SharedOptions } from '../setup/settings.ts'
import { openTeam } from '../setup/team.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { EXIT } from './exit-code.ts'

export type WhyOptions = SharedOptions & {
  readonly mode?: string
  readonly policy?: string
  readonly agent?: string
  readonly json?: boolean
}

/** What the shell is told: as of a run, 0 goes on, 1 does not, 3 waits for an answer. */
const CODES = { allow: EXIT.completed, deny: EXIT.failed, ask: EXIT.suspended } as const

export async function whyCommand(words: readonly string[], options: WhyOptions, terminal: Terminal): Promise<number> {
  const { mode, agent } = options
  const own = await resolveGround({ ...options, ...(mode === undefined ? {} : { permissions: mode }) }, terminal)
  const other = await withPolicyFile(own, options.policy)
  // A mode that was asked for is the one that is meant.
  const ground = mode === undefined ? other : { ...other, mode: own.mode }
  const team = await openTeam(ground)
  try {
    if (agent !== undefined) team.registry.get(agent)
    const policy = await groundPolicy(ground)
    const call = readCall(words, await groundTools(ground, { taskTool: team.tool }))
    const session = { id: 'why', metadata: agent === undefined ? {} : { agent } }
    const judged = await judgeCall(call.tool, call.args, { policy, session })
    if (!judged.ok) throw new AgentError('invalid_argument', judged.problem)
    const explanation = explainFor(policy, team, agent)(judged.request)
    const { decision } = explanation.judgement
    terminal.print(
      options.json === true
        ? `${JSON.stringify(asJson(call, explanation, ground))}\n`
        : `${lines(call, explanation, { ground, terminal }).join('\n')}\n`,
    )
    return CODES[decision]
  } finally {
    await team.close()
  }
}

const asJson = ({ tool, args }: TypedCall, { judgement, parts, next }: Explanation, { mode }: Ground): object => ({
  tool: tool.definition.name,
  args,
  mode,
  ...judgement,
  touches: parts.map((part) => ({ access: part.access, ...part.judgement })),
  ...(next === undefined ? {} : { next }),
})

type Shown = { readonly ground: Ground; readonly terminal: Terminal }

function touchLine({ access, judgement }: Explanation['parts'][number]): string {
  const by = 'by' in access && access.by !== undefined ? `, by ${access.by}` : ''
  const undecided = access.kind === 'exec' && access.undecided !== undefined ? `: ${access.undecided}` : ''
  const perhaps = 'perhaps' in access ? 'perhaps ' : ''
  return `${judgement.decision.padEnd(5)}  ${visibleLine(`${perhaps}${describeAccess(access)}${by}${undecided}`)}`
}

function lines({ tool, args }: TypedCall, { judgement, parts, next }: Explanation, { ground, terminal }: Shown): readonly string[] {
  const style = terminal.style()
  const { colors } = style
  const { name } = tool.definition
  const { rule, origin, reason, decision, timeout } = judgement
  const touches = parts.map(touchLine)
  return [
    `${decisionWord(decision, style)}  ${colors.bold(visibleLine(name))} ${describeCall(name, args)}`,
    ...fieldLines(
      [
        rule === undefined ? ['because', visibleLine(reason)] : ['rule', { verbatim: visibleLine(JSON.stringify(rule)) }],
        ...(origin === undefined ? [] : [['from', { verbatim: originWords(origin) }] as const]),
        ...(timeout === undefined ? [] : [['waits', `${timeout.afterMs} ms for an answer, then: ${timeout.action}`] as const]),
        ['touches', touches.length === 0 ? 'nothing' : touches],
        ...(next === undefined ? [] : [['else', `${next.decision}: ${causeWords(next)}`] as const]),
        ['mode', ground.mode],
      ],
      style,
    ),
  ]
}
