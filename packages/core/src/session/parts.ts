/** What an agent is made of once its options were checked: shared by all its sessions. */
import { AgentError } from '../base/errors.ts'
import { type Host, systemHost } from '../base/host.ts'
import { present } from '../base/present.ts'
import { type BranchingStore, branchingStore } from '../journal/branching-store.ts'
import type { ExtraFold } from '../journal/journal.ts'
import type { Middleware } from '../loop/middleware.ts'
import { type RequestCache, requestCache } from '../loop/request-cache.ts'
import { arrange } from '../middleware/default-stack.ts'
import { duplicateGuard } from '../middleware/duplicate-guard.ts'
import { hooksAround } from '../middleware/hooks.ts'
import { lanes } from '../middleware/lanes.ts'
import { malformedGuard } from '../middleware/malformed-guard.ts'
import { modelRetry } from '../middleware/model-retry.ts'
import { modelTimeout } from '../middleware/model-timeout.ts'
import { outputLimit } from '../middleware/output-limit.ts'
import { permissions } from '../middleware/permissions.ts'
import { runBudget } from '../middleware/run-budget.ts'
import { structuredOutput } from '../middleware/structured-output.ts'
import { toolTimeout } from '../middleware/tool-timeout.ts'
import { DEFAULT_TURNS, turnLimit } from '../middleware/turn-limit.ts'
import { turnTime } from '../middleware/turn-time.ts'
import { defaultPolicy } from '../model/default-policy.ts'
import type { RunDigests } from '../model/event.ts'
import { unknownName } from '../model/nearest.ts'
import type { PermissionPolicy } from '../model/permission-policy.ts'
import { STRUCTURED_OUTPUT_TOOL } from '../model/schema.ts'
import type { Tool } from '../model/tool.ts'
import type { Protect } from '../protection/protector.ts'
import type { AnswerKey } from '../model/waiting.ts'
import type { LeaseStore } from '../ports/lease-store.ts'
import type { LlmClient } from '../ports/llm-client.ts'
import type { SessionStore } from '../ports/session-store.ts'
import type { WatchStore } from '../ports/watch-store.ts'
import { memoryStore } from '../stores/memory-store.ts'
import { storeBlobs } from '../stores/store-blobs.ts'
import type { BindableTool, Binding } from './bindable-tool.ts'
import type { AgentOptions } from './types.ts'

export interface AgentParts {
  readonly llm: LlmClient
  readonly instructions: string
  readonly tools: readonly Tool[]
  readonly store: BranchingStore
  readonly durable: boolean
  /** What becomes of a request that nobody here answers. */
  readonly unanswered: 'suspend' | 'reject'
  /** Somebody is there to be asked. */
  readonly asks: boolean
  readonly leases: LeaseStore | undefined
  readonly watch: WatchStore | undefined
  readonly stack: readonly Middleware[]
  /** The folds of the stack, in its order. */
  readonly folds: readonly ExtraFold[]
  /** What came with tools that are made for this agent. */
  readonly bindings: readonly Binding[]
  readonly maxParallelTools: number
  readonly totalMs: number
  readonly answerKey: AnswerKey | undefined
  readonly host: Host
  readonly requests: RequestCache
  readonly protect: Protect | undefined
  digests(): RunDigests
}

const DEFAULT_INSTRUCTIONS = 'Use the tools when they help, check what you did, and say plainly what you found, changed and left.'

const DEFAULT_PARALLEL = 8

/** Throws `invalid_argument`, naming the option, before anything is done. */
export function toParts(options: AgentOptions): AgentParts {
  checkNames(options)
  checkPolicy(options)
  for (const name of ['llm', 'store', 'blobs', 'leases', 'watch', 'hooks', 'lanes', 'security'] as const) checkContract(name, options[name])
  const { llm, instructions = DEFAULT_INSTRUCTIONS, timeouts = {}, host = systemHost() } = options
  checkTools(options.tools ?? [])
  checkLimits(options)
  const store = options.store ?? memoryStore()
  const judge = options.permissions ?? defaultPolicy
  const unanswered = options.unanswered ?? (options.store ? 'suspend' : 'reject')
  const bound = (options.tools ?? []).map((each: Tool & Partial<BindableTool>) => {
    return each.bind?.({ ...options, store, unanswered, host }) ?? { tool: each, middleware: [] }
  })
  const tools = bound.map(({ tool }) => tool)
  let digests: RunDigests | undefined
  const stack = arrange([...builtin(options, { store, judge, unanswered }), ...bound.flatMap(({ middleware }) => middleware)], options.use)
  return {
    llm,
    instructions,
    tools,
    store: branchingStore(store),
    durable: options.store !== undefined,
    unanswered,
    asks: options.confirm !== undefined,
    leases: options.leases,
    watch: options.watch,
    stack,
    bindings: bound,
    folds: stack.map(({ initial, fold }) => ({ initial, fold: fold ?? keep })),
    maxParallelTools: options.maxParallelTools ?? DEFAULT_PARALLEL,
    totalMs: timeouts.totalMs ?? 0,
    answerKey: options.answerKey,
    host,
    requests: requestCache(host.digest),
    protect: options.security?.protect,
    digests: () =>
      (digests ??= {
        model: `${llm.model.provider}/${llm.model.id}`,
        tools: host.digest(JSON.stringify(tools.map(({ definition }) => definition))),
        policy: host.digest(judge.describe()),
        instructions: host.digest(instructions),
      }),
  }
}

const keep = (state: unknown): unknown => state

function builtin(
  options: AgentOptions,
  {
    store,
    judge,
    unanswered,
  }: { readonly store: SessionStore; readonly judge: PermissionPolicy; readonly unanswered: 'suspend' | 'reject' },
): readonly Middleware[] {
  const {
    budget: { perRun = {}, perSession, ledger = [] } = {},
    timeouts = {},
    retry,
    hooks,
    security,
    confirm,
    confirmTimeout,
    llm,
  } = options
  const { turns = DEFAULT_TURNS, ...limits } = perRun
  const { price } = llm.model
  return [
    turnLimit(turns),
    malformedGuard(),
    duplicateGuard(),
    structuredOutput(turns),
    ...(hooks ? hooksAround(security?.hooks(hooks) ?? hooks, timeouts.hookMs) : []),
    permissions({ policy: judge, unanswered, confirm, confirmTimeout }),
    outputLimit({
      blobs: options.blobs ?? storeBlobs(store),
      ...present({ maxCharacters: options.maxToolOutput }),
    }),
    ...(options.lanes ? [lanes(options.lanes)] : []),
    ...(security?.middleware ?? []),
    toolTimeout(timeouts.toolMs),
    ...(timeouts.turnMs ? [turnTime(timeouts.turnMs)] : []),
    modelRetry(retry),
    ...(Object.keys(limits).length > 0 ? [runBudget({ limits, price, scope: 'run' })] : []),
    ...(perSession ? [runBudget({ limits: perSession, price, scope: 'session' })] : []),
    ...[ledger]
      .flat()
      .toSorted((a, b) => (a.order < b.order ? -1 : 1))
      .map((each) => each.middleware(llm.model)),
    modelTimeout({
      ...present({ firstChunkMs: timeouts.firstChunkMs, chunkMs: timeouts.chunkMs }),
    }),
  ]
}

/** All options by name, so that a misspelt one is not lost without a word. */
const OPTIONS = [
  'llm',
  'instructions',
  'tools',
  'store',
  'blobs',
  'leases',
  'watch',
  'permissions',
  'hooks',
  'lanes',
  'security',
  'budget',
  'timeouts',
  'retry',
  'confirm',
  'confirmTimeout',
  'answerKey',
  'unanswered',
  'maxParallelTools',
  'maxToolOutput',
  'use',
  'agents',
  'host',
] as const satisfies readonly (keyof AgentOptions)[]

function checkNames(given: object = {}, known: readonly string[] = OPTIONS): void {
  for (const name in given) if (!known.includes(name)) throw unknownName('option', name, known)
}

function checkPolicy({ permissions: judge }: AgentOptions): void {
  if (judge !== undefined && typeof (judge as Partial<PermissionPolicy>).describe !== 'function')
    throw new AgentError('invalid_argument', "The option 'permissions' is no policy: make one with policy({…})")
}

function checkContract(name: string, port: { readonly contract: unknown } | undefined): void {
  if (port === undefined && name !== 'llm') return
  if (port?.contract === 1) return
  const found = port === undefined ? 'it is missing' : `it says contract ${JSON.stringify(port.contract)}`
  throw new AgentError('invalid_argument', `The option '${name}' must be an adapter of contract 1; ${found}: update its package`)
}

function checkTools(tools: readonly Tool[]): void {
  const seen = new Set([STRUCTURED_OUTPUT_TOOL]) // the one by which a model answers
  for (const each of tools) {
    const name = (each as Partial<Tool>).definition?.name
    if (name === undefined) throw new AgentError('invalid_argument', `Something in 'tools' is no tool: make one with tool({…})`)
    if (seen.has(name)) throw new AgentError('invalid_argument', `Two tools are called '${name}': a model could not tell them apart`)
    seen.add(name)
  }
}

function checkLimits({ maxParallelTools, maxToolOutput, confirmTimeout, budget, timeouts, retry }: AgentOptions): void {
  check('', { maxParallelTools, maxToolOutput })
  check('confirmTimeout.', { afterMs: confirmTimeout?.afterMs })
  check('retry.', { attempts: retry?.attempts })
  checkNames(budget, ['perRun', 'perSession', 'ledger'])
  for (const name of ['perRun', 'perSession'] as const) {
    checkNames(budget?.[name], ['usd', 'tokens', 'turns', 'toolCalls'])
    check(`budget.${name}.`, budget?.[name])
  }
  check('timeouts.', timeouts, true)
}

function check(place: string, limits: Readonly<Record<string, number | undefined>> = {}, zeroIsNone = false): void {
  for (const [name, value = 1] of Object.entries(limits)) {
    if (typeof value === 'number' && (value > 0 || (zeroIsNone && value === 0))) continue
    const words = zeroIsNone ? '0 (no limit) or more' : 'more than 0'
    throw new AgentError('invalid_argument', `The option '${place}${name}' must be ${words}; it is ${value}`)
  }
}
