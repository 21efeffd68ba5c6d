/** Answers with feedback, instead of running, when the same call keeps coming back. */
import { AgentError } from '../base/errors.ts'
import { defineMiddleware, type Middleware, resultOf, type Stages } from '../loop/middleware.ts'
import { canonicalJson, type Json } from '../model/json.ts'
import { failed } from '../model/tool.ts'

export type DuplicateGuardOptions = {
  /** Calls of one signature within the window that are run. Default: 3. */
  readonly threshold?: number
  /** How many calls are remembered. Default: 8. */
  readonly window?: number
}

/** One call that was let through, and what it is the same as. */
type Passed = { readonly callId: string; readonly mine: string }

/** `told`: the model has not spoken since a call was blocked, so that more of it in the same reply do not count. */
type Memory = { readonly recent: readonly Passed[]; readonly blocked: string; readonly times: number; readonly told: boolean }

const EMPTY: Memory = { recent: [], blocked: '', times: 0, told: false }

/** Blocking the same call twice running ends the run: the model does not take the hint. */
const BLOCKED_LIMIT = 2

const signature = (name: string, args: Json): string => `${name}:${canonicalJson(args)}`

export function duplicateGuard({ threshold = 3, window = 8 }: DuplicateGuardOptions = {}): Middleware {
  return defineMiddleware<Memory>({
    name: 'duplicate-guard',
    initial: EMPTY,
    fold(memory, fact) {
      if (fact.type === 'agent_start') return EMPTY
      if (fact.type === 'tool_execution_start' && fact.attempt === 1) {
        const passed: Passed = { callId: fact.callId, mine: signature(fact.name, fact.args) }
        return { ...EMPTY, recent: [...memory.recent, passed].slice(-window) }
      }
      if (fact.type === 'turn_end') return memory.told ? { ...memory, told: false } : memory
      if (fact.type !== 'tool_end' || fact.errorKind !== 'duplicate_call') return memory
      const blocked = JSON.stringify(fact.metadata?.signature)
      if (memory.blocked !== blocked) return { ...memory, blocked, times: 1, told: true }
      return memory.told ? memory : { ...memory, times: memory.times + 1, told: true }
    },
    start: (_, memory) => startGuard({ threshold, window, memory }),
  })
}

type GuardOptions = Required<DuplicateGuardOptions> & { memory(): Memory }

function startGuard({ threshold, window, memory }: GuardOptions): Stages {
  /** Let through, and perhaps not begun yet. */
  const passing = new Set<Passed>()
  return {
    async wrapToolCall(invocation, next) {
      if (invocation.fixed) return next(invocation)
      const { callId } = invocation
      const mine = signature(invocation.call.name, invocation.args)
      const { recent } = memory()
      const waiting = [...passing].filter((each) => !recent.some((begun) => begun.callId === each.callId))
      const count = [...recent, ...waiting].filter((each) => each.mine === mine).length
      if (count < threshold) {
        const passed = { callId, mine }
        passing.add(passed)
        return next(invocation).finally(() => passing.delete(passed))
      }
      const words = `You made this exact call of '${invocation.call.name}' ${count} times in your last ${window} calls, and it was not run again. Do something else, or answer with what you know.`
      return resultOf(
        failed(words, {
          kind: 'duplicate_call',
          metadata: { guard: 'duplicate_tool_call', signature: mine, duplicateCount: count, threshold },
        }),
      )
    },
    decideNext: () =>
      memory().times < BLOCKED_LIMIT
        ? undefined
        : {
            type: 'fail',
            error: new AgentError('llm_rejected', `The model repeats one tool call: ${memory().blocked.slice(0, 200)}`),
          },
  }
}
