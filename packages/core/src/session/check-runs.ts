/** `checkRuns`: whether the runs of a store that are not finished can go on with an agent as it is configured now. */
import { isAgentError, toMessage } from '../base/errors.ts'
import { branchingStore } from '../journal/branching-store.ts'
import { readInbox } from '../journal/inbox.ts'
import { Journal } from '../journal/journal.ts'
import { journalKey, OPEN_RUN_PREFIX, parseOpenRunKey } from '../journal/keys.ts'
import { decodeRecord } from '../journal/record.ts'
import { structuredOutput } from '../loop/output-tool.ts'
import type { Fact, RunDigests } from '../model/event.ts'
import type { Json } from '../model/json.ts'
import { openCalls, openRun, type RunState } from '../model/session-state.ts'
import type { Tool } from '../model/tool.ts'
import type { SessionStore } from '../ports/session-store.ts'
import { exhaustion } from './claiming.ts'
import { type AgentParts, toParts } from './parts.ts'
import type { AgentOptions } from './types.ts'
import { statusOf, type UnfinishedRun } from './unfinished.ts'

/** Something that a run cannot do any more. `callId` and `toolName` say which call it is about. */
export type RunProblem = {
  readonly type: 'tool_gone' | 'arguments_refused' | 'recovery_exhausted' | 'journal_unreadable'
  readonly callId?: string
  readonly toolName?: string
  readonly message: string
}

/** What differs from when the run was started. */
export type RunChange = keyof RunDigests

export type RunCheck = Pick<UnfinishedRun, 'sessionId' | 'runId'> & {
  readonly status: UnfinishedRun['status'] | 'unreadable'
  /** False when there is a problem: resuming would fail, or answer the model with an error in the place of a call. */
  readonly canGoOn: boolean
  readonly problems: readonly RunProblem[]
  /** None of these keeps it from going on; it would go on under other conditions than it was started with. */
  readonly changed: readonly RunChange[]
}

/**
 * Looks at every suspended or interrupted run of a store, found without reading every journal, and runs nothing: only the schemas of
 * the tools are asked about the arguments that were recorded. `options` are those that the agent would be created with; its own
 * `store` is not looked at. Throws `invalid_argument` for options that make no agent.
 */
export async function* checkRuns(given: SessionStore, options: AgentOptions): AsyncGenerator<RunCheck, void, undefined> {
  const parts = toParts(options)
  const store = branchingStore(given)
  for await (const key of store.keys({ prefix: OPEN_RUN_PREFIX })) {
    const place = parseOpenRunKey(key)
    const check = place && (await readableCheck(store, place, parts))
    if (check !== undefined) yield check
  }
}

type RunPlace = { readonly sessionId: string; readonly runId: string }

/** A journal that cannot be read does not hide the others. */
async function readableCheck(store: SessionStore, place: RunPlace, parts: AgentParts): Promise<RunCheck | undefined> {
  try {
    return await checkRun(store, place, parts)
  } catch (error) {
    if (!isAgentError(error, 'store_corrupt') && !isAgentError(error, 'store_newer')) throw error
    const problem: RunProblem = { type: 'journal_unreadable', message: error.message }
    return { ...place, status: 'unreadable', canGoOn: false, problems: [problem], changed: [] }
  }
}

/** Undefined for a run that has ended or not begun, and for a child's, which goes on as whoever asked for it says. */
async function checkRun(store: SessionStore, place: RunPlace, parts: AgentParts): Promise<RunCheck | undefined> {
  const { host } = parts
  const { sessionId } = place
  const found = await statusOf(store, host, place)
  if (typeof found === 'string' || found.child !== undefined) return undefined
  const { state } = await Journal.open({ store, sessionId, host })
  const run = openRun(state)
  if (run?.id !== place.runId) return undefined
  const exhausted = exhaustion(run, state)
  const problems: RunProblem[] = exhausted === undefined ? [] : [{ type: 'recovery_exhausted', message: exhausted.message }]
  const tools = run.output === undefined ? parts.tools : [...parts.tools, structuredOutput(run.output.schema)]
  for (const call of recordedCalls(run, await readInbox(store, sessionId, { state, check: { key: undefined } }))) {
    const problem = await problemOf(call, tools)
    if (problem !== undefined) problems.push(problem)
  }
  const changed = await changesOf(store, { sessionId, run, parts })
  return { ...place, status: found.status, canGoOn: problems.length === 0, problems, changed }
}

type RecordedCall = { readonly callId: string; readonly toolName: string; readonly args: Json }

/** Calls that have no result yet, nested ones too, with the arguments that they would run with. */
function recordedCalls(run: RunState, inbox: readonly Fact[]): readonly RecordedCall[] {
  const { batch } = run
  if (batch === undefined) return []
  const asked = new Map([...run.requests.values()].map(({ request, answer }) => [request.callId, answer?.args ?? request.args]))
  for (const fact of inbox) if (fact.type === 'confirmation_received' && fact.args !== undefined) asked.set(fact.callId, fact.args)
  const outer = openCalls(batch)
    .filter(({ call }) => call.invalidInput === undefined)
    .map(({ callId, call }) => ({
      callId,
      toolName: call.name,
      args: batch.states.get(callId)?.start?.args ?? asked.get(callId) ?? call.input,
    }))
  const nested = [...batch.states.values()].flatMap(({ callId, start, result }) =>
    callId.includes('/') && start !== undefined && result === undefined ? [{ callId, toolName: start.name, args: start.args }] : [],
  )
  return [...outer, ...nested]
}

async function problemOf({ callId, toolName, args }: RecordedCall, tools: readonly Tool[]): Promise<RunProblem | undefined> {
  const tool = tools.find(({ definition }) => definition.name === toolName)
  if (tool === undefined) {
    return {
      type: 'tool_gone',
      callId,
      toolName,
      message: `The call ${callId} needs the tool '${toolName}', which this agent does not have`,
    }
  }
  const why = await refusal(tool, args)
  if (why === undefined) return undefined
  return {
    type: 'arguments_refused',
    callId,
    toolName,
    message: `The recorded arguments of the call ${callId} no longer fit the schema of '${toolName}': ${why}`,
  }
}

async function refusal(tool: Tool, args: Json): Promise<string | undefined> {
  try {
    const parsed = await tool.parse(args)
    return parsed.ok ? undefined : parsed.problems.join('; ')
  } catch (error) {
    return toMessage(error)
  }
}

type StartedRun = { readonly sessionId: string; readonly run: RunState; readonly parts: AgentParts }

/** What the run's first fact says of the agent, beside what the agent says of itself now. */
async function changesOf(store: SessionStore, { sessionId, run, parts }: StartedRun): Promise<readonly RunChange[]> {
  const key = journalKey(sessionId)
  for await (const { offset, record } of store.read(key, { from: run.startOffset })) {
    const { fact } = decodeRecord(record, offset, { host: parts.host, key })
    if (fact?.type !== 'agent_start') return []
    const now = parts.digests()
    return CHANGES.filter((each) => fact.digests[each] !== now[each])
  }
  return []
}

const CHANGES: readonly RunChange[] = ['model', 'tools', 'policy', 'instructions']
