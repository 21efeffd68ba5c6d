/** The few assertions that suites need, without a test library, so that they also run in a browser. */
import { isAgentError, toMessage, type AgentError, type ErrorCode } from '../base/errors.ts'

/** Throws with the given words unless the condition holds. */
export function assert(condition: unknown, otherwise: string): asserts condition {
  if (condition !== true) throw new Error(otherwise)
}

/** Throws unless both are the same plain data: primitives, arrays and plain objects, to any depth. */
export function assertEqual(actual: unknown, expected: unknown, what: string): void {
  if (!isEqual(actual, expected)) throw new Error(`${what}: expected ${show(expected)}, got ${show(actual)}`)
}

/** Throws unless the promise rejects with an `AgentError` of this code; gives that error. */
export async function assertRejects(promise: Promise<unknown>, code: ErrorCode, what: string): Promise<AgentError> {
  const error = await rejection(promise, what)
  if (isAgentError(error, code)) return error
  throw new Error(`${what}: expected an AgentError with code ${code}, got ${describeError(error)}`, { cause: error })
}

/** Throws unless the promise rejects with this very value, e.g. a signal's reason. */
export async function assertRejectsWith(promise: Promise<unknown>, reason: unknown, what: string): Promise<void> {
  const error = await rejection(promise, what)
  if (error !== reason) throw new Error(`${what}: expected the signal's own reason, got ${describeError(error)}`, { cause: error })
}

/** Everything that an iterable yields, in order. */
export async function collectAll<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

/** Whether two pieces of plain data are the same; `undefined` fields count as absent. */
export function isEqual(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true
  if (!isObject(left) || !isObject(right) || Array.isArray(left) !== Array.isArray(right)) return false
  const names = new Set([...presentNames(left), ...presentNames(right)])
  if (Array.isArray(left) && Array.isArray(right) && left.length !== right.length) return false
  return [...names].every((name) => isEqual(left[name], right[name]))
}

async function rejection(promise: Promise<unknown>, what: string): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error(`${what}: expected a rejection, but it resolved`)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function presentNames(value: Record<string, unknown>): string[] {
  return Object.keys(value).filter((name) => value[name] !== undefined)
}

function describeError(error: unknown): string {
  return isAgentError(error) ? `${error.code}: ${error.message}` : toMessage(error)
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 300 ? `${text.slice(0, 300)}… (${text.length} characters)` : text
}
