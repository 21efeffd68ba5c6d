/** Knows the frames of every step at a glance: what it takes, the schemas take too; of the rest they say what is wrong. */

type Fields = Readonly<Record<string, unknown>>
type Check = (frame: Fields) => boolean

/** The most frequent frames of a caller. */
export const quickCaller: Check = (frame) =>
  frame.type === 'execute' ? isNumbered(frame) && typeof frame.events === 'boolean' && isSpec(frame.spec) : isAck(frame)

/** The most frequent frames of a worker. */
export const quickWorker: Check = (frame) => {
  if (frame.type === 'event') return isNumbered(frame) && frame.skipped === undefined && isEnvelope(frame.envelope)
  return frame.type === 'outcome' ? isNumbered(frame) && isOutcome(frame.outcome) : isAck(frame)
}

export const isFields = (data: unknown): data is Fields => typeof data === 'object' && data !== null && !Array.isArray(data)

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
const isText = (value: unknown): value is string => typeof value === 'string'
const isAck: Check = ({ type, received }) => type === 'ack' && isCount(received)
const isNumbered: Check = ({ seq, id }) => isCount(seq) && seq > 0 && isText(id) && id.length > 0 && id.length <= 200

function isSpec(spec: unknown): boolean {
  if (!isFields(spec)) return false
  const { taskId, agent, description, prompt, maxSteps, parentSessionId, sessionId, outputSchema, authority } = spec
  if (!isText(taskId) || !isText(agent) || !isText(description) || !isText(prompt)) return false
  if (maxSteps !== undefined || sessionId !== undefined || outputSchema !== undefined || authority !== undefined) return false
  return parentSessionId === undefined || isText(parentSessionId)
}

function isOutcome(outcome: unknown): boolean {
  if (!isFields(outcome)) return false
  const { taskId, sessionId, agent, output, success, status, usage, waitingFor, code } = outcome
  if (!isText(taskId) || !isText(sessionId) || !isText(agent) || !isText(output) || typeof success !== 'boolean') return false
  if ((status !== 'completed' && status !== 'failed') || waitingFor !== undefined) return false
  return (code === undefined || isText(code)) && isUsage(usage)
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
