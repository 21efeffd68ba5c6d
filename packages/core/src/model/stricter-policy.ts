/** Two policies as one: whichever is stricter. */
import type { Decision, Judgement, PermissionPolicy } from './permission-policy.ts'

const ORDER: readonly Decision[] = ['allow', 'ask', 'deny']

/** A call is allowed when both allow it, and denied when one denies it. */
export function stricterPolicy(first: PermissionPolicy, second: PermissionPolicy): PermissionPolicy {
  return {
    judge(request) {
      const [a, b] = [first.judge(request), second.judge(request)] as readonly [Judgement, Judgement]
      return ORDER.indexOf(b.decision) > ORDER.indexOf(a.decision) ? b : a
    },
    exposes: (tool, session) => first.exposes(tool, session) && second.exposes(tool, session),
    narrow: first.narrow ?? second.narrow,
    describe: () => JSON.stringify({ stricter: [first.describe(), second.describe()] }),
  }
}
