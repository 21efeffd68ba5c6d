/** The frames of the protocol, and the check of each that comes from the other end. */
import type { AgentStepSpec, Envelope, StepOutcome } from '@seamfold/core/kit'
import { z } from 'zod'
import { MIN_MESSAGE_BYTES } from '../defaults.ts'
import { closeCodes, ProtocolError } from './close-codes.ts'
import { isFields, quickCaller, quickMessage, quickWorker } from './quick-check.ts'

/** The versions that this package speaks, best first. */
export const protocolVersions: readonly number[] = [2, 1]
/** From this version on a worker knows `authority.policies`: one that does not would do the step without them. */
export const POLICIES_VERSION = 2

/** First frame of the caller. */
export type Hello = {
  readonly type: 'hello'
  readonly versions: readonly number[]
  /** The largest message that the caller reads, in bytes. */
  readonly maxMessageBytes: number
  /** Goes on with a session: `received` is the number of the last frame that arrived. */
  readonly resume?: { readonly session: string; readonly received: number }
}

/** First frame of the worker. */
export type Welcome = {
  readonly type: 'welcome'
  readonly version: number
  readonly session: string
  /** False when the session to be resumed is not known (any more): this is a new one. */
  readonly resumed: boolean
  /** The number of the last frame that arrived. */
  readonly received: number
  /** Milliseconds that the worker keeps a session whose connection is gone. */
  readonly graceMs: number
  readonly maxMessageBytes: number
  /** How many steps it runs at once. */
  readonly capacity: number
  readonly labels: readonly string[]
  /** The agents that it runs. Default: any. */
  readonly agents?: readonly string[]
  /** The journal in which its steps are found again, also by other workers that name the same one. Default: none. */
  readonly journal?: string
  readonly draining: boolean
}

/** Everything up to this number arrived. */
export type Ack = { readonly type: 'ack'; readonly received: number }
/** The caller leaves and will not come back: its steps are to stop. */
export type Bye = { readonly type: 'bye' }

export type Execute = {
  readonly type: 'execute'
  readonly id: string
  readonly spec: AgentStepSpec
  /** Whether somebody listens. */ readonly events: boolean
}
/** `lost`: another process has what the step was asked for, and goes on with it, so that what is journaled is left where it stands. */
export type Cancel = { readonly type: 'cancel'; readonly id: string; readonly reason: string; readonly lost?: boolean }
/** `skipped` counts the live events of the step that were left out right before this one. */
export type StepEvent = { readonly type: 'event'; readonly id: string; readonly envelope: Envelope; readonly skipped?: number }
export type Outcome = { readonly type: 'outcome'; readonly id: string; readonly outcome: StepOutcome }
/** The step was not started. */
export type Refused = { readonly type: 'refused'; readonly id: string; readonly reason: string }
/** No new steps from here on; those under way go on. */
export type Drain = { readonly type: 'drain' }

/** Frames that are numbered, acknowledged, and sent again after a lost connection. */
export type CallerMessage = Execute | Cancel
export type WorkerMessage = StepEvent | Outcome | Refused | Drain

export type Numbered<Message> = Message & { readonly seq: number }
export type CallerFrame = Hello | Ack | Bye | Numbered<CallerMessage>
export type WorkerFrame = Welcome | Ack | Numbered<WorkerMessage>

// What is checked is passed on as it came, with the fields that nobody here knows: these schemas are never read for their output.
const count = z.int().nonnegative()
const seq = z.int().positive()
const id = z.string().min(1).max(200)
const bytes = z.int().min(MIN_MESSAGE_BYTES)

const amount = z.number().nonnegative().optional()
const budget = z.object({ tokens: amount, usd: amount, turns: amount, toolCalls: amount })

const spec = z.object({
  taskId: z.string(),
  agent: z.string(),
  description: z.string(),
  prompt: z.string(),
  maxSteps: z.int().positive().optional(),
  parentSessionId: z.string().optional(),
  parentCallId: z.string().optional(),
  answers: z.array(z.object({ requestId: z.string(), answer: z.object({}) })).optional(),
  sessionId: z.string().min(1).optional(),
  outputSchema: z.object({}).optional(),
  authority: z
    .object({
      deadline: z.number().optional(),
      depth: z.int().nonnegative().optional(),
      budget: budget.optional(),
      policies: z.array(z.object({})).optional(),
    })
    .optional(),
})

const tokens = z.number().nonnegative()
const usage = z.object({ input: tokens, output: tokens, cacheRead: tokens, cacheWrite: tokens, reasoning: tokens })

const outcome = z.object({
  taskId: z.string(),
  sessionId: z.string(),
  agent: z.string(),
  output: z.string(),
  success: z.boolean(),
  status: z.enum(['completed', 'failed', 'cancelled', 'suspended']),
  usage,
  cost: amount,
  waitingFor: z.array(z.object({ requestId: z.string() })).optional(),
  code: z.string().optional(),
})

const envelope = z.object({
  cursor: z.string(),
  durable: z.boolean(),
  sessionId: z.string(),
  runId: z.string(),
  timestamp: z.number(),
  event: z.object({ type: z.string() }),
})

const ack = z.object({ type: z.literal('ack'), received: count })

/** Every frame of a caller. */
export const callerFrame: z.ZodType = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('hello'),
    versions: z.array(z.int()).max(100),
    maxMessageBytes: bytes,
    resume: z.object({ session: id, received: count }).optional(),
  }),
  ack,
  z.object({ type: z.literal('bye') }),
  z.object({ type: z.literal('execute'), seq, id, spec, events: z.boolean() }),
  z.object({ type: z.literal('cancel'), seq, id, reason: z.string(), lost: z.boolean().optional() }),
])

/** Every frame of a worker. */
export const workerFrame: z.ZodType = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('welcome'),
    version: z.int(),
    session: id,
    resumed: z.boolean(),
    received: count,
    graceMs: count,
    maxMessageBytes: bytes,
    capacity: z.int().positive(),
    labels: z.array(z.string()),
    agents: z.array(z.string()).optional(),
    journal: id.optional(),
    draining: z.boolean(),
  }),
  ack,
  z.object({ type: z.literal('event'), seq, id, envelope, skipped: count.optional() }),
  z.object({ type: z.literal('outcome'), seq, id, outcome }),
  z.object({ type: z.literal('refused'), seq, id, reason: z.string() }),
  z.object({ type: z.literal('drain'), seq }),
])

/** A frame from a caller. Throws a `ProtocolError` that names what is wrong. */
export const parseCallerFrame = (data: unknown): CallerFrame => checked(data, quickCaller, callerFrame) as CallerFrame

/** A frame from a worker. Throws a `ProtocolError` that names what is wrong. */
export const parseWorkerFrame = (data: unknown): WorkerFrame => checked(data, quickWorker, workerFrame) as WorkerFrame

/** Why the other end would break off over this message, which is this text, in words: it is refused here, where it harms its step only. */
export function problemOf(message: CallerMessage | WorkerMessage, text: string): string | undefined {
  if (quickMessage(message)) return undefined
  const schema = message.type === 'execute' || message.type === 'cancel' ? callerFrame : workerFrame
  const { error } = schema.safeParse(JSON.parse(text))
  return error && `it is malformed: ${wordsOf(error)}`
}

/** Gives the data itself, not a copy: fields that this version does not know travel on. */
function checked(data: unknown, quick: typeof quickCaller, schema: z.ZodType): unknown {
  if (isFields(data) && quick(data)) return data
  const result = schema.safeParse(data)
  if (result.success) return data
  throw new ProtocolError(closeCodes.malformed, `Malformed frame: ${wordsOf(result.error)}`)
}

function wordsOf({ issues: [issue] }: z.ZodError): string {
  const where = issue === undefined || issue.path.length === 0 ? 'frame' : issue.path.join('.')
  return `${where}: ${issue?.message ?? 'not valid'}`
}
