/** Answers with feedback, instead of running, when the same call keeps coming back. */
import { AgentError } from '../base/errors.ts'
import { defineMiddleware, type Middleware, resultOf } from '../loop/middleware.ts'
import { canonicalJson, type Json } from '../model/json.ts'
import { failed } from '../model/tool.ts'

export type DuplicateGuardOptions = {
  /** Calls of one signature within the window that are run. Default: 3. */
  readonly threshold?: number
  /** How many calls are remembered. Default: 8. */
  readonly window?: number
}

type Memory = { readonly recent: readonly string[]; readonly blocked: string; readonly times: number }

const EMPTY: Memory = { recent: [], blocked: '', times: 0 }

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
        return { recent: [...memory.recent, signature(fact.name, fact.args)].slice(-window), blocked: '', times: 0 }
      }
      if (fact.type !== 'tool_end' || fact.errorKind !== 'duplicate_call') return memory
      const blocked = JSON.stringify(fact.metadata?.signature)
      return { ...memory, blocked, times: memory.blocked === blocked ? memory.times + 1 : 1 }
    },
    start: (_, memory) => ({
      async wrapToolCall(invocation, next) {
        if (invocation.fixed) return next(invocation)
        const mine = signature(invocation.call.name, invocation.args)
        const count = memory().recent.filter((each) => each === mine).length
        if (count < threshold) return next(invocation)
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
              error: new AgentError(
                'llm_rejected',
                `The model repeats one tool call in spite of being told: ${memory().blocked.slice(0, 200)}`,
                { retryable: false },
              ),
            },
    }),
  })
}
