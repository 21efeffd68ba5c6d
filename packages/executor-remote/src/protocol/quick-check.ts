/** Knows the frames of every step at a glance: what it takes, the schemas take too; of the rest they say what is wrong. */

type Fields = Readonly<Record<string, unknown>>
type Check = (frame: Fields) => boolean

/** The most frequent frames of a caller. */
export const quickCaller: Check = (frame) => (frame.type === 'execute' ? isNumbered(frame) && quickMessage(frame) : isAck(frame))

/** The most frequent frames of a worker. */
export const quickWorker: Check = (frame) =>
  frame.type === 'event' || frame.type === 'outcome' ? isNumbered(frame) && quickMessage(frame) : isAck(frame)

/** What a step says, without its number. */
export const quickMessage: Check = ({ type, events, spec, skipped, envelope, outcome }) => {
  if (type === 'execute') return typeof events === 'boolean' && isSpec(spec)
  if (type === 'event') return skipped === undefined && isEnvelope(envelope)
  return type === 'outcome' && isOutcome(outcome)
}

export const isFields = (data: unknown): data is Fields => typeof data === 'object' && data !== null && !Array.isArray(data)

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
const isText = (value: unknown): value is string => typeof value === 'string'
const isAmount = (value: unknown): boolean => value === undefined || (Number.isFinite(value) && (value as number) >= 0)
const isAck: Check = ({ type, received }) => type === 'ack' && isCount(received)
const isNumbered: Check = ({ seq, id }) => isCount(seq) && seq > 0 && isText(id) && id.length > 0 && id.length <= 200

function isSpec(spec: unknown): boolean {
  if (!isFields(spec)) return false
  const { taskId, agent, description, prompt, maxSteps, sessionId, outputSchema, authority, answers } = spec
  if (!isText(taskId) || !isText(agent) || !isText(description) || !isText(prompt)) return false
  if (maxSteps !== undefined || outputSchema !== undefined || authority !== undefined || answers !== undefined) return false
  if (sessionId !== undefined && (!isText(sessionId) || sessionId === '')) return false
  const { parentSessionId, parentCallId } = spec
  return (parentSessionId === undefined || isText(parentSessionId)) && (parentCallId === undefined || isText(parentCallId))
}

function isOutcome(outcome: unknown): boolean {
  if (!isFields(outcome)) return false
  const { taskId, sessionId, agent, output, success, status, usage, cost, waitingFor, code } = outcome
  if (!isText(taskId) || !isText(sessionId) || !isText(agent) || !isText(output) || typeof success !== 'boolean') return false
  if ((status !== 'completed' && status !== 'failed') || waitingFor !== undefined) return false
  return (code === undefined || isText(code)) && isAmount(cost) && isUsage(usage)
}

function isUsage(usage: unknown): boolean {
  if (!isFields(usage)) return false
  const { input, output, cacheRead, cacheWrite, reasoning } = usage
  return isCount(input) && isCount(output) && isCount(cacheRead) && isCount(cacheWrite) && isCount(reasoning)
}

function isEnvelope(envelope: unknown): boolean {
  if (!isFields(envelope)) return false
  const { cursor, durable, sessionId, runId, timestamp, event } = envelope
  if (!isText(cursor) || typeof durable !== 'boolean' || !isText(sessionId) || !isText(runId)) return false
  return Number.isFinite(timestamp) && isFields(event) && isText(event.type)
}
