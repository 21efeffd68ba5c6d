/** Two policies as one: whichever is stricter. */
import type { Decision, Judgement, PermissionPolicy, ToolRequest } from './permission-policy.ts'
import { policiesOf } from './policy-source.ts'

const ORDER: readonly Decision[] = ['allow', 'ask', 'deny']

/** A call is allowed when both allow it, and denied when one denies it. */
export function stricterPolicy(first: PermissionPolicy, second: PermissionPolicy): PermissionPolicy {
  const judge = (request: ToolRequest): Judgement => {
    const [a, b] = [first.judge(request), second.judge(request)] as readonly [Judgement, Judgement]
    return ORDER.indexOf(b.decision) > ORDER.indexOf(a.decision) ? b : a
  }
  return {
    judge,
    exposes: (tool, session) => first.exposes(tool, session) && second.exposes(tool, session),
    narrow: first.narrow ?? second.narrow,
    source: { judge, toList: (asked) => [...policiesOf(first, asked), ...policiesOf(second, asked)] },
    describe: () => JSON.stringify({ stricter: [first.describe(), second.describe()] }),
  }
}

/** What is allowed here, within what comes from above. */
export function narrowedPolicy(own: PermissionPolicy, above: PermissionPolicy): PermissionPolicy {
  const whole = stricterPolicy(own, above)
  const { judge } = whole
  return { ...whole, source: { judge, toList: (asked) => [...policiesOf(own, asked), ...policiesOf(above, { ...asked, above: false })] } }
}

/** No `confirm` is waited for: whoever asks in the name of the step is asked. */
const OUTSIDE = { action: 'suspend', afterMs: 0 } as const

/**
 * What only the caller of a step asks for is for the caller to answer, where it asks in its own name what the step asks; what `own` asks
 * for as well is answered where the step is done.
 */
export function askingOutside(own: PermissionPolicy, caller: PermissionPolicy): PermissionPolicy {
  const judge = (request: ToolRequest): Judgement => {
    const judgement = caller.judge(request)
    if (judgement.decision !== 'ask' || request.session?.metadata.parentCallId === undefined) return judgement
    return own.judge(request).decision === 'ask' ? judgement : { timeout: OUTSIDE, ...judgement }
  }
  return { ...caller, judge, source: { judge, toList: (asked) => policiesOf(caller, asked) } }
}
