/** The local executor as the conformance suite judges it: its far side is a run of a session. */
import type { AgentStepSpec, StepOutcome } from '../../src/kit.ts'
import { AgentError } from '../../src/base/errors.ts'
import { localExecutor } from '../../src/session/local-executor.ts'
import type { Agent, Run, RunResult, Session } from '../../src/session/types.ts'
import { type Candidate, type ExecutorSubject, scriptedLlm, type StepHandler } from '../../src/testing.ts'

export const localExecutorCandidate: Candidate<ExecutorSubject> = {
  name: 'localExecutor',
  create: () => ({
    through: async (handler) => {
      const own = agentOf(handler)
      const options = { llm: scriptedLlm([]), agents: { explore: {} } }
      return localExecutor(own, options, (_, work) => work(own))
    },
  }),
  knownFailures: {
    'executor.outcome': 'the far side is a run of a session: it gets the prompt, and the rest of the spec as its metadata and limits',
    'executor.failure_value': 'a run that failed always has a code, which its outcome tells',
  },
}

/** An agent whose runs are what a function says: what the executor makes of sessions and runs is what is judged. */
function agentOf(handler: StepHandler): Agent {
  const session = (id: string, metadata: { readonly agent?: unknown; readonly description?: unknown }): Partial<Session> => ({
    id,
    metadata: {},
    resume: async () => undefined,
    send: async (prompt, { id: taskId = '', signal = new AbortController().signal } = {}) => {
      const spec: AgentStepSpec = {
        taskId,
        agent: String(metadata.agent),
        description: String(metadata.description),
        prompt: typeof prompt === 'string' ? prompt : '',
      }
      return runOf(spec, handler, signal)
    },
  })
  return { session: async ({ id = '', metadata = {} } = {}) => session(id, metadata) as Session } as Agent
}

function runOf(spec: AgentStepSpec, handler: StepHandler, signal: AbortSignal): Run {
  const events: Parameters<Parameters<StepHandler>[1]['onEvent']>[0][] = []
  let wake = Promise.withResolvers<void>()
  let over = false
  const tell = (): void => {
    wake.resolve()
    wake = Promise.withResolvers<void>()
  }
  const result = handler(spec, {
    signal,
    onEvent: (envelope) => {
      events.push(envelope)
      tell()
    },
  })
    .then((outcome) => resultOf(outcome, spec))
    .catch((error: unknown) => ({ ...resultOf({ ...blank(spec), status: 'failed' }, spec), ...failureOf(error) }))
    .finally(() => {
      over = true
      tell()
    })
  const run: Partial<Run> = {
    result,
    async *[Symbol.asyncIterator]() {
      for (let at = 0; ;) {
        for (; at < events.length; at++) yield events[at]!
        if (over && at === events.length) return
        await wake.promise
      }
    },
  }
  return run as Run
}

const failureOf = (error: unknown): Pick<Extract<RunResult, { status: 'failed' }>, 'status' | 'error'> => ({
  status: 'failed',
  error: error instanceof AgentError ? error : new AgentError('internal', error instanceof Error ? error.message : String(error)),
})

const blank = ({ taskId, agent }: AgentStepSpec): StepOutcome => ({
  taskId,
  agent,
  sessionId: `session-of-${taskId}`,
  output: '',
  success: false,
  status: 'failed',
  usage: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 },
})

function resultOf(outcome: StepOutcome, { taskId, agent }: AgentStepSpec): RunResult {
  const { sessionId, usage, output } = outcome
  const base = { runId: 'run', sessionId, usage, text: output }
  if (outcome.taskId !== taskId || outcome.agent !== agent)
    return { ...base, status: 'failed', error: new AgentError('internal', 'another step') }
  if (outcome.status === 'failed') return { ...base, status: 'failed', error: new AgentError('internal', output) }
  if (outcome.status === 'cancelled') return { ...base, status: 'cancelled', reason: output }
  if (outcome.status === 'suspended') return { ...base, status: 'suspended', waitingFor: outcome.waitingFor ?? [] }
  return { ...base, status: 'completed', reason: 'end_turn', ...(outcome.structured === undefined ? {} : { output: outcome.structured }) }
}
