/** Runs steps in this process: each in a session of its own, named by its task, so that it is found again. */
import { AgentError } from '../base/errors.ts'
import { jsonSchema } from '../model/schema.ts'
import { type AgentStepSpec, failedStep, type StepOutcome, stepSessionId } from '../model/step.ts'
import type { AgentExecutor, ExecuteOptions } from '../ports/agent-executor.ts'
import type { Agent, AgentOptions, AgentProfile, Run, RunResult } from './types.ts'

/** The agent that steps get when no other is named so. */
const OWN_NAME = 'default'

/** Agents that live as long as a step. */
export interface Helpers {
  make(options: AgentOptions): Agent
  close(helper: Agent): Promise<void>
}

/** Steps of an agent that `options.agents` does not know fail and say which there are. */
export function localExecutor(own: Agent, options: AgentOptions, helpers: Helpers): AgentExecutor {
  const profiles = new Map<string, AgentProfile>(Object.entries(options.agents ?? {}))
  return {
    contract: 1,
    async executeStep(spec, execution) {
      const profile = profiles.get(spec.agent)
      if (profile === undefined && spec.agent !== OWN_NAME)
        return failedStep(spec, unknownAgent(spec.agent, [OWN_NAME, ...profiles.keys()]))
      if (profile === undefined && spec.maxSteps === undefined) return execute(own, spec, execution)
      const helper = helpers.make(withProfile(options, profile ?? {}, spec))
      try {
        return await execute(helper, spec, execution)
      } finally {
        await helpers.close(helper)
      }
    },
  }
}

async function execute(agent: Agent, spec: AgentStepSpec, { signal, onEvent }: ExecuteOptions): Promise<StepOutcome> {
  const metadata = {
    agent: spec.agent,
    description: spec.description,
    ...(spec.parentSessionId === undefined ? {} : { parentSessionId: spec.parentSessionId }),
  }
  const session = await agent.session({ id: stepSessionId(spec.taskId), metadata })
  const output = spec.outputSchema === undefined ? {} : { output: jsonSchema(spec.outputSchema) }
  // The same task is the same run: one that was interrupted goes on, one that has ended is told again.
  const run = (await session.resume({ signal })) ?? (await session.send(spec.prompt, { id: spec.taskId, signal, ...output }))
  if (onEvent) await forward(run, onEvent)
  const result = await run.result
  signal.throwIfAborted()
  return toOutcome(spec, result)
}

async function forward(run: Run, onEvent: NonNullable<ExecuteOptions['onEvent']>): Promise<void> {
  for await (const envelope of run) onEvent(envelope)
}

function toOutcome(spec: AgentStepSpec, result: RunResult): StepOutcome {
  const base = {
    taskId: spec.taskId,
    sessionId: result.sessionId,
    agent: spec.agent,
    usage: result.usage,
    success: result.status === 'completed',
    status: result.status,
  }
  switch (result.status) {
    case 'completed':
      return { ...base, output: result.text, ...(result.output === undefined ? {} : { structured: result.output }) }
    case 'failed':
      return { ...base, output: result.error.message }
    case 'cancelled':
      return { ...base, output: result.reason }
    case 'suspended':
      return { ...base, output: result.text, waitingFor: result.waitingFor }
  }
}

function withProfile(
  options: AgentOptions,
  { maxTurns, llm, instructions, tools }: AgentProfile,
  { maxSteps }: AgentStepSpec,
): AgentOptions {
  const turns = Math.min(...[maxTurns, maxSteps, options.budget?.perRun?.turns].filter((each) => each !== undefined))
  if (maxSteps !== undefined && maxSteps < 1)
    throw new AgentError('invalid_argument', `A step needs at least one turn: maxSteps is ${maxSteps}`)
  return {
    ...options,
    ...(llm === undefined ? {} : { llm }),
    ...(instructions === undefined ? {} : { instructions }),
    ...(tools === undefined ? {} : { tools }),
    ...(Number.isFinite(turns) ? { budget: { ...options.budget, perRun: { ...options.budget?.perRun, turns } } } : {}),
  }
}

const unknownAgent = (name: string, known: readonly string[]): string => `There is no agent '${name}'. There are: ${known.join(', ')}.`
