/** What the parent's model reads of its tasks. */
import type { FactOf } from '../model/event.ts'
import type { Json, JsonObject } from '../model/json.ts'
import { failed, succeeded, type ToolResult } from '../model/tool.ts'
import type { ChildResult } from './child-run.ts'
import { taskLine } from './children.ts'

export type Settled = Exclude<ChildResult, { type: 'waiting' }>

const isSuccess = (result: Settled): boolean => result.type === 'ended' && result.end.success

/** One call's tasks: it has failed when one of them has, or with leave to fail in part when all have. */
export function callResult(results: readonly Settled[], allowPartialFailure: boolean): ToolResult {
  const lost = results.filter((each) => !isSuccess(each)).length
  const text = results.map(settledText).join('\n\n')
  const metadata: JsonObject = { tasks: results.map(settledJson) }
  if (lost === 0 || (allowPartialFailure && lost < results.length)) return succeeded(text, metadata)
  const count = results.length === 1 ? '' : `${lost} of ${results.length} tasks failed.\n\n`
  return failed(`${count}${text}`, { metadata })
}

const settledText = (result: Settled, index: number, { length }: readonly Settled[]): string => {
  const which = length === 1 ? '' : `${index + 1}. `
  if (result.type === 'refused') return `${which}The task for ${result.agent} was not begun: ${result.message}`
  return `${which}${wordsOf(result.end)}`
}

/** What came of a task in the background, by its id. */
export const endText = (end: FactOf<'subagent_end'>): string => `${taskLine(end.taskId)}, ${wordsOf(end)}`

function wordsOf({ agent, status, output, code, artifact, structured }: FactOf<'subagent_end'>): string {
  const why = code === undefined ? '' : ` (${code})`
  const kept = artifact === undefined ? '' : ` Its output of ${artifact.characters} characters is artifact ${artifact.digest}.`
  const answer = output === '' && structured !== undefined ? JSON.stringify(structured) : output
  return `${agent} ${status}${why}.${kept}\n${answer === '' ? '(it said nothing)' : answer}`
}

const settledJson = (result: Settled): Json =>
  result.type === 'refused'
    ? { agent: result.agent, status: 'refused' }
    : {
        taskId: result.end.taskId,
        sessionId: result.end.childSessionId,
        agent: result.end.agent,
        status: result.end.status,
        ...(result.end.structured === undefined ? {} : { structured: result.end.structured }),
        ...(result.end.artifact === undefined ? {} : { artifact: result.end.artifact }),
      }
