/** Ways to have two neighbours in the way of a call change places, as changes of the sources: each must turn its test red. */
import type { Mutant } from './mutant.ts'

/** The concern stands before one that it stands behind. */
const before = (moved: string, other: string, kills: string): Mutant => ({
  kills,
  file: 'packages/core/src/middleware/default-stack.ts',
  from: `\n  '${other}',`,
  to: `\n  '${moved}',\n  '${other}',`,
})

const WAY = 'a call has one way'
const MISFIT = 'arguments that do not fit are told to no hook, judged by nobody'
const SECRET = 'arguments that hold a secret are told to no hook, judged by nobody'
const DENIED = 'what the policy denies is put before nobody, and takes nothing of the budget'
const OWN = 'what the run itself may no longer do takes nothing of a budget that others share'

export const ORDER_MUTANTS: readonly Mutant[] = [
  {
    kills: MISFIT, // hooks, then the schema
    file: 'packages/core/src/loop/tool-step.ts',
    from: 'if (!admission.ok) return resultOf(admission.result)',
    to: `if (!admission.ok) {
      const [tool] = this.#context.tools
      const { result } = admission
      if (tool) await this.stages.callTool({ callId, call, tool, args, input: args, accesses: [], fixed, signal, parentCallId: parent?.callId, turn: ticket.acquire })
      return resultOf(result)
    }`,
  },
  before('hooks', 'secret-arguments', SECRET),
  before('permissions', 'hooks', WAY),
  {
    kills: DENIED, // a person, then the policy
    file: 'packages/core/src/middleware/permissions.ts',
    from: `if (decision !== 'ask') return`,
    to: `if (decision === 'allow') return`,
  },
  before('budget-guard', 'permissions', WAY),
  before('budget-guard', 'permissions', DENIED),
  before('budget-guard', 'run-budget', OWN),
  before('lanes', 'permissions', WAY),
  before('lanes', 'budget-guard', WAY),
  {
    kills: WAY, // the time runs, then the lane
    file: 'packages/core/src/middleware/lanes.ts',
    from: 'const { tool, input, accesses, signal } = invocation',
    to: `run.host.clock.timer(invocation.timeoutMs ?? 0, () => {})
        const { tool, input, accesses, signal } = invocation`,
  },
  {
    kills: WAY, // the work, then its time
    file: 'packages/core/src/loop/execute-call.ts',
    from: 'const stopTimer = timeoutMs > 0 ? clock.timer(timeoutMs, () => child.abort(lateError(call.name, timeoutMs))) : undefined',
    to: `const stopTimer = () => {}
  setTimeout(() => clock.timer(timeoutMs, () => child.abort(lateError(call.name, timeoutMs))), 0)`,
  },
  {
    kills: WAY, // the work, then its start
    file: 'packages/core/src/loop/execute-call.ts',
    from: 'await recordStart(context, invocation, witness)',
    to: 'setTimeout(() => recordStart(context, invocation, witness), 0)',
  },
  before('secrets', 'output-limit', WAY),
  before('secrets', 'hooks', WAY),
  before('output-limit', 'hooks', WAY),
]
