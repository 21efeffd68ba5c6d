/** `defineWorkflow`: a workflow with a name and a checked input, which runs to a result and can be run again to go on. */
import { AgentError, isAgentError, toMessage } from '../base/errors.ts'
import type { WaitingFor } from '../model/event.ts'
import type { Json } from '../model/json.ts'
import { type AnySchema, type Schema, toSchema } from '../model/schema.ts'
import type { Usage } from '../model/usage.ts'
import { Workflow } from './workflow.ts'
import type { WorkflowLog } from './workflow-log.ts'
import { WorkflowRoot } from './workflow-root.ts'
import type { WorkflowOptions } from './workflow-types.ts'

export interface WorkflowBody<I, O extends Json | void> {
  /** What it is given. Zod, or any other Standard Schema. */
  readonly input: AnySchema<I>
  /** Runs again from its start when the workflow is resumed, and must ask the same steps under the same ids then. */
  run(workflow: Workflow, input: I): Promise<O>
}

type ResultBase = { readonly rootId: string; readonly usage: Usage }

/** How it ended: a value, never a rejection. */
export type WorkflowResult<O> =
  | (ResultBase & { readonly status: 'completed'; readonly output: O })
  | (ResultBase & { readonly status: 'failed'; readonly error: AgentError })
  | (ResultBase & { readonly status: 'cancelled'; readonly reason: string })
  | (ResultBase & { readonly status: 'suspended'; readonly waitingFor: readonly WaitingFor[] })

export interface RunWorkflowOptions extends WorkflowOptions {
  /** May be left out where the root was run before: it is what it was then. */
  readonly input?: Json
}

export interface WorkflowDefinition<I, O> {
  readonly name: string
  readonly input: Schema<I>
  /** The same `rootId` goes on where it stood; one that has completed tells its output again. */
  run(options: RunWorkflowOptions): Promise<WorkflowResult<O>>
}

/** Throws `invalid_argument` for a name that is empty, or a schema that cannot say itself as JSON Schema. */
export function defineWorkflow<I, O extends Json | void>(name: string, body: WorkflowBody<I, O>): WorkflowDefinition<I, O> {
  if (typeof name !== 'string' || name === '') throw new AgentError('invalid_argument', 'A workflow needs a name, a text')
  if (typeof body?.run !== 'function' || (typeof body.input !== 'object' && typeof body.input !== 'function') || body.input === null)
    throw new AgentError('invalid_argument', `Workflow '${name}' needs { input: a schema, run(workflow, input) }`)
  const input = toSchema(body.input)
  return {
    name,
    input,
    async run({ input: given, ...options }) {
      const host = options.host
      const rootId = options.rootId ?? `${name}-${host?.id('wf') ?? crypto.randomUUID()}`
      const root = new WorkflowRoot({ ...options, rootId })
      try {
        const log = await root.open()
        const output = await outputOf<I, O>({ name, schema: input, given, log, root, body })
        return { rootId, usage: root.usage, status: 'completed', output }
      } catch (error) {
        return endingOf(error, root)
      } finally {
        await root.close()
      }
    },
  }
}

type Running<I, O extends Json | void> = {
  readonly name: string
  readonly schema: Schema<I>
  readonly given: Json | undefined
  readonly log: WorkflowLog | undefined
  readonly root: WorkflowRoot
  readonly body: WorkflowBody<I, O>
}

async function outputOf<I, O extends Json | void>({ name, schema, given, log, root, body }: Running<I, O>): Promise<O> {
  const { begun, ended } = log?.found ?? {}
  if (begun !== undefined && begun.name !== name)
    throw new AgentError('invalid_argument', `Root ${root.rootId} belongs to workflow '${begun.name}': give '${name}' a root of its own`)
  if (begun !== undefined && given !== undefined && log?.found.wasGiven(given) === false)
    throw new AgentError(
      'step_changed',
      `Root ${root.rootId} was begun with another input: leave the input out to go on, or take another root`,
    )
  const raw = begun === undefined ? given : begun.input
  // What it gave was stored as JSON, and is given as it was stored.
  if (ended !== undefined) return ended.output as O
  const parsed = await schema.parse(raw ?? null)
  if (!parsed.ok)
    throw new AgentError('invalid_argument', `The input of workflow '${name}' does not match its schema: ${parsed.problems.join('; ')}`)
  if (begun === undefined) await log?.append({ type: 'workflow_start', name, input: raw ?? null })
  const output = await body.run(new Workflow(root), parsed.value)
  await log?.append({ type: 'workflow_end', output: output ?? null }, { sync: true })
  return output
}

function endingOf(error: unknown, root: WorkflowRoot): Exclude<WorkflowResult<never>, { status: 'completed' }> {
  const base = { rootId: root.rootId, usage: root.usage }
  if (isAgentError(error, 'workflow_suspended'))
    return { ...base, status: 'suspended', waitingFor: error.details.waitingFor as readonly WaitingFor[] }
  if (root.signal.aborted && !isAgentError(root.signal.reason, 'workflow_lost'))
    return { ...base, status: 'cancelled', reason: toMessage(root.signal.reason) }
  if (isAgentError(error)) return { ...base, status: 'failed', error }
  return { ...base, status: 'failed', error: new AgentError('run_failed', toMessage(error), { cause: error }) }
}
