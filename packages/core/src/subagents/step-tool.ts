/** `stepTool`: lets an agent give tasks to an executor, wherever that works, and asks here what is asked there. */
import { AgentError } from '../base/errors.ts'
import type { Access } from '../model/access.ts'
import { type ToolOptions, tool } from '../model/define-tool.ts'
import type { WaitingFor } from '../model/event.ts'
import type { JsonObject } from '../model/json.ts'
import type { PolicyData, Rule } from '../model/permission-policy.ts'
import type { AgentStepSpec } from '../model/step.ts'
import { succeeded } from '../model/tool.ts'
import { defineMiddleware, type ToolInvocation, type ToolOutcome } from '../loop/middleware.ts'
import type { AgentExecutor } from '../ports/agent-executor.ts'
import type { BindableTool } from '../session/bindable-tool.ts'
import { watchLeftSteps } from './left-steps.ts'
import { givenPolicies, sentPolicies } from './sent-policies.ts'
import { ledgersOf } from './step-funds.ts'
import { type StepSetting, StepWork } from './step-work.ts'
import { type TaskState, taskState } from './task-state.ts'

/** One task of a call. */
export type StepTask = Pick<AgentStepSpec, 'agent' | 'prompt' | 'description' | 'outputSchema'>

export interface StepToolOptions<T> extends Pick<ToolOptions<T>, 'name' | 'description' | 'input' | 'access'> {
  readonly executor: AgentExecutor
  /** What a call asks for. What it throws is told to the model. */
  tasksOf(input: T): readonly StepTask[]
  /**
   * Each must allow what the steps do, beside what is allowed where they are done. Default: the permissions of the agent that has the
   * tool; with an empty list only what is allowed there counts. What narrows that agent itself, as a step or a sub-agent, goes along in
   * any case.
   */
  readonly policies?: readonly PolicyData[]
}

/**
 * Give it to `createAgent({ tools })`. The executor finds a step that it has begun by its id, so a call that was cut off goes on. What
 * a step waits for is asked on the run of the call, under the names of its agent, and answered there: the answers go with the step when
 * it is asked for again. They are signed with the agent's `answerKey`; a step whose worker takes none of them fails. Of the budget of the
 * run and of the session each step is granted a share, as a sub-agent is, and what it used counts there. `createAgent` throws
 * `invalid_argument` where the agent's permissions are no data that could go along; this throws it for such `policies`.
 */
export function stepTool<T = JsonObject>({ executor, tasksOf, policies, ...options }: StepToolOptions<T>): BindableTool {
  const given = policies && givenPolicies(policies)
  const work = (input: unknown): readonly StepTask[] => tasksOf(input as T)
  const access = async (input: T): Promise<readonly Access[]> => withAgents((await options.access?.(input)) ?? [], () => work(input))
  const made = tool<T>({ ...options, access, effect: 'keyed', timeoutMs: 0, execute: () => outOfPlace(options.name) })
  return {
    ...made,
    bind(agent) {
      const policiesOf = sentPolicies({ tool: options.name, permissions: agent.permissions, given })
      const { totalMs = 0 } = agent.timeouts ?? {}
      const settling = new Set<Promise<unknown>>()
      const begun = (told: Promise<unknown>): void => {
        const end = told.catch(() => {}).finally(() => settling.delete(end)) // what a ledger does not take stays set aside, which is safe
        settling.add(end)
      }
      return {
        tool: made,
        middleware: [
          defineMiddleware<TaskState>({
            name: 'sub-agents',
            ...taskState(agent.llm.model.price),
            start(run, state) {
              const deadline = totalMs > 0 ? run.host.clock.now() + totalMs : undefined
              const setting = { run, state, agent, executor, deadline, policiesOf, begun, tasksOf: work }
              return {
                wrapToolCall: (invocation, next) =>
                  invocation.call.name === options.name ? pass(setting, invocation, next) : next(invocation),
              }
            },
          }),
        ],
        opened(journal, state) {
          const { sessionId } = journal
          const ledgers = (): ReturnType<typeof ledgersOf> => {
            const { run, metadata } = journal.state
            return ledgersOf(agent, { sessionId, runId: run?.id ?? '', metadata })
          }
          watchLeftSteps({ journal, state: () => state() as TaskState, ledgers, begun })
        },
        async settled() {
          await Promise.all(settling)
        },
      }
    },
  }
}

/** A call starts agents, whatever else it touches: its own time is theirs. */
function withAgents(told: readonly Access[], tasks: () => readonly StepTask[]): readonly Access[] {
  if (told.some(({ kind }) => kind === 'agent')) return told
  try {
    return [...told, ...[...new Set(tasks().map(({ agent }) => agent))].map((agent): Access => ({ kind: 'agent', agent }))]
  } catch {
    return told // the call says what is wrong with it
  }
}

function outOfPlace(name: string): never {
  throw new AgentError('unsupported', `The tool '${name}' works only where createAgent({ tools }) got it`)
}

type Setting = Omit<StepSetting, 'ledgers'> & {
  /** Milliseconds since the epoch: when the run is stopped. */
  readonly deadline: number | undefined
  policiesOf(rules: readonly Rule[]): readonly PolicyData[]
  tasksOf(input: unknown): readonly StepTask[]
}
type Next = (invocation: ToolInvocation) => Promise<ToolOutcome>

/** The call's own work is put in place of the tool's, so that it can wait for a person as a call does. */
async function pass(setting: Setting, invocation: ToolInvocation, next: Next): Promise<ToolOutcome> {
  let waiting: readonly WaitingFor[] = []
  const execute: ToolInvocation['tool']['execute'] = async (input, { callId, idempotencyKey, signal, progress }) => {
    const steps = stepsOf(setting, { tasks: setting.tasksOf(input), callId, key: idempotencyKey })
    const ledgers = ledgersOf(setting.agent, setting.run)
    const work = new StepWork({ setting: { ...setting, ledgers }, steps, callId, signal, progress })
    const done = work.done()
    setting.begun(done)
    waiting = await done
    return waiting.length > 0 ? succeeded('It waits for an answer.') : work.result()
  }
  const outcome = await next({ ...invocation, tool: { ...invocation.tool, execute } })
  return waiting.length > 0 ? { type: 'suspended', waitingFor: waiting } : outcome
}

type Asking = { readonly tasks: readonly StepTask[]; readonly callId: string; readonly key: string }

/** The same steps for the same call, whoever makes it. Each says how deep it is, so that workers that give tasks to each other come to an end. */
function stepsOf({ run, policiesOf, deadline }: Setting, { tasks, callId, key }: Asking): readonly AgentStepSpec[] {
  if (tasks.length === 0) throw new AgentError('invalid_argument', 'There is no task: give one, or a list of them.')
  const { depth } = run.metadata
  const policies = policiesOf(run.state().rules ?? [])
  const authority = {
    depth: (typeof depth === 'number' ? depth : 0) + 1,
    ...(deadline === undefined ? {} : { deadline }),
    ...(policies.length === 0 ? {} : { policies }),
  }
  return tasks.map((task, index) => ({ ...task, taskId: `${key.slice(0, 40)}-${index}`, parentCallId: callId, authority }))
}
