/** Runs steps in this process: each in a session of its own, named by its task, so that it is found again. */
import { AgentError } from '../base/errors.ts'
import { systemHost } from '../base/host.ts'
import { present } from '../base/present.ts'
import { DEFAULT_TURNS } from '../middleware/turn-limit.ts'
import { unknownName } from '../model/nearest.ts'
import { jsonSchema } from '../model/schema.ts'
import { type AgentStepSpec, type StepAuthority, type StepOutcome, stepSessionId } from '../model/step.ts'
import { DEFAULT_CONCURRENCY, guardedStep } from '../orchestration/guarded-step.ts'
import type { AgentExecutor, ExecuteOptions } from '../ports/agent-executor.ts'
import type { Agent, AgentOptions, AgentProfile, Run, RunResult, Session } from './types.ts'

/** The agent that steps get when no other is named so. */
const OWN_NAME = 'default'

/** What a step needs of an agent. */
type Worker = Pick<Agent, 'session'>

/** Has something done by an agent that lives as long as that takes. */
export type WithAgent = <T>(options: AgentOptions, work: (agent: Worker) => Promise<T>) => Promise<T>

/**
 * Steps of an agent that `options.agents` does not know fail and say which name is the nearest. What a step's authority allows is composed
 * with the agent's own limits, whichever is stricter. Steps of one session are done one after the other.
 */
export function localExecutor(own: Worker, options: AgentOptions, withAgent: WithAgent): AgentExecutor {
  const profiles = new Map<string, AgentProfile>(Object.entries(options.agents ?? {}))
  const { clock } = options.host ?? systemHost()
  const sessions = new Map<string, Promise<unknown>>()
  const work: AgentExecutor['executeStep'] = (spec, execution) =>
    inTurn(sessions, sessionOf(spec), async () => {
      execution.signal.throwIfAborted()
      const profile = profiles.get(spec.agent)
      if (profile === undefined && spec.agent !== OWN_NAME) throw unknownName('agent', spec.agent, [OWN_NAME, ...profiles.keys()])
      const leftMs = (spec.authority?.deadline ?? Infinity) - clock.now()
      if (!(leftMs > 0)) throw new AgentError('timeout', `The deadline of step ${spec.taskId} has passed, so it was not begun`)
      const { budget, policies } = spec.authority ?? {}
      const limited = spec.maxSteps !== undefined || budget !== undefined || policies !== undefined || leftMs < Infinity
      if (profile === undefined && !limited) return execute(own, spec, execution)
      return withAgent(optionsFor(options, spec, { ...profile, leftMs }), (agent) => execute(agent, spec, execution))
    })
  return { contract: 1, concurrencyHint: DEFAULT_CONCURRENCY, executeStep: (spec, execution) => guardedStep(work, spec, execution) }
}

export const sessionOf = ({ sessionId, taskId }: AgentStepSpec): string => sessionId ?? stepSessionId(taskId)

/** After whatever was asked of this session before, whether it succeeded or not. */
export function inTurn<T>(turns: Map<string, Promise<unknown>>, id: string, work: () => Promise<T>): Promise<T> {
  const turn = (turns.get(id) ?? Promise.resolve()).then(work, work)
  turns.set(id, turn)
  const end = (): void => void (turns.get(id) === turn && turns.delete(id))
  turn.then(end, end)
  return turn
}

async function execute(agent: Worker, spec: AgentStepSpec, { signal, onEvent }: ExecuteOptions): Promise<StepOutcome> {
  const depth = spec.authority?.depth
  const metadata = {
    agent: spec.agent,
    description: spec.description,
    taskId: spec.taskId,
    ...present({ parentSessionId: spec.parentSessionId, parentCallId: spec.parentCallId, depth }),
  }
  const session = await agent.session({ id: sessionOf(spec), metadata })
  // What is not signed is not signed here; what does not count is asked again.
  for (const { requestId, answer } of spec.answers ?? []) await session.answer(requestId, { signature: '-', ...answer }).catch(() => {})
  const run = await stepRun(session, spec, signal)
  if (onEvent) await forward(run, onEvent)
  const result = await run.result
  signal.throwIfAborted()
  return toOutcome(spec, result)
}

/** The same task is the same run: one that was interrupted goes on, one that has ended is told again. */
export async function stepRun(session: Session, spec: AgentStepSpec, signal: AbortSignal): Promise<Run> {
  const unfinished = await unfinishedRun(session, spec, signal)
  if (unfinished !== undefined) return unfinished
  const { prompt, outputSchema } = spec
  return session.send(prompt, { id: sendIdOf(session, spec), signal, ...present({ output: outputSchema && jsonSchema(outputSchema) }) })
}

/** What was left of this step, if it was. Another task's run in the same session is brought to its end first. */
async function unfinishedRun(session: Session, spec: AgentStepSpec, signal: AbortSignal): Promise<Run | undefined> {
  const open = await session.resume({ signal, asChild: true })
  if (open === undefined) return undefined
  const { run } = await session.state()
  if (run?.sendId === sendIdOf(session, spec)) return open
  await open.result
  return undefined
}

/** By what follows the first task of a session, its runs are known to be of tasks too. */
const sendIdOf = ({ metadata: { taskId: first } }: Session, { taskId }: AgentStepSpec): string =>
  first === undefined || first === taskId ? taskId : `${first as string}/${taskId}`

async function forward(run: Run, onEvent: NonNullable<ExecuteOptions['onEvent']>): Promise<void> {
  for await (const envelope of run) onEvent(envelope)
}

export function toOutcome(spec: AgentStepSpec, result: RunResult): StepOutcome {
  const base = {
    taskId: spec.taskId,
    sessionId: result.sessionId,
    agent: spec.agent,
    usage: result.usage,
    ...present({ cost: result.cost }),
    success: result.status === 'completed',
    status: result.status,
  }
  switch (result.status) {
    case 'completed':
      return { ...base, output: result.text, ...present({ structured: result.output }) }
    case 'failed':
      return { ...base, output: result.error.message, code: result.error.code }
    case 'cancelled':
      return { ...base, output: result.reason }
    case 'suspended':
      return { ...base, output: result.text, waitingFor: result.waitingFor }
  }
}

type Within = AgentProfile & { /** Until the deadline of the step. */ readonly leftMs: number }

/** What the agent has, with what the profile gives instead, within what the step may use up. */
function optionsFor(
  options: AgentOptions,
  { maxSteps, authority = {} }: AgentStepSpec,
  { maxTurns, leftMs, description: __, ...given }: Within,
): AgentOptions {
  const { budget, timeouts } = options
  const perRun: Record<string, number> = { ...budget?.perRun }
  const { turns, workMs: _, ...granted } = authority.budget ?? {}
  for (const [name, limit] of [...Object.entries(granted), ['turns', maxTurns], ['turns', maxSteps]] as const)
    if (limit !== undefined) perRun[name] = Math.min(limit, perRun[name] ?? Infinity)
  // Who gives less never gives more than there would be without it.
  if (turns !== undefined) perRun.turns = Math.min(turns, perRun.turns ?? DEFAULT_TURNS)
  const totalMs = Math.min(leftMs, timeouts?.totalMs || Infinity)
  return {
    ...options,
    ...present({ ...given, permissions: narrowed(options.permissions, authority.policies) }),
    budget: { ...budget, perRun },
    ...(totalMs < Infinity && { timeouts: { ...timeouts, totalMs } }),
  }
}

/** What is allowed here, and what each of the caller's policies allows too. */
const narrowed = (own: AgentOptions['permissions'], policies: StepAuthority['policies'] = []): AgentOptions['permissions'] =>
  policies.reduce((allowed, data) => {
    if (allowed?.narrow) return allowed.narrow(allowed, data)
    throw new AgentError('invalid_argument', 'This agent cannot narrow what it may do: give it policy({…})')
  }, own)
