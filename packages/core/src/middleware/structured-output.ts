/** Holds a run's answer to a schema: natively, through a tool, or by the prompt; with repair. */
import { AgentError } from '../base/errors.ts'
import { defineMiddleware, type Middleware, type TurnReport, type Verdict } from '../loop/middleware.ts'
import type { Fact } from '../model/event.ts'
import { findJson } from '../model/find-json.ts'
import { isJsonObject, type Json, type JsonSchema } from '../model/json.ts'
import { textOf, userText } from '../model/message.ts'
import { withoutOptionalNulls } from '../model/optional-nulls.ts'
import { jsonSchema, objectSchema, STRUCTURED_OUTPUT_TOOL } from '../model/schema.ts'

/** How often a wrong answer is sent back. */
const REPAIRS = 2

const unwrap = (schema: JsonSchema, value: Json): Json =>
  schema.type === 'object' ? value : isJsonObject(value) ? (value.value ?? null) : value

type Attempt = { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly problems: string }

/** After turn `turns` nothing is sent back any more. */
export function structuredOutput(turns: number): Middleware {
  return defineMiddleware<number>({
    name: 'structured-output',
    initial: 0,
    fold: (repairs, fact) => (fact.type === 'agent_start' ? 0 : isSentBack(fact) ? repairs + 1 : repairs),
    start(run, repairs) {
      const { output, model } = run
      if (output === undefined) return {}
      const { name, schema } = output
      const wire = objectSchema(schema)
      const mode = model.structuredOutput ?? 'prompt'
      const judge = (report: TurnReport): Promise<Attempt> => check(schema, wire, report)
      return {
        prepareTurn(draft) {
          if (mode === 'native') return { ...draft, output: { name, schema: wire } }
          if (mode === 'prompt') return { ...draft, system: `${draft.system}\n\n${inWords(wire)}` }
          // Without its own tool there would be no answer: not even in a turn that has no other.
          return repairs() > 0 || draft.toolChoice === 'none' ? { ...draft, toolChoice: { name: STRUCTURED_OUTPUT_TOOL } } : draft
        },
        async decideNext(report): Promise<Verdict | undefined> {
          const given = report.calls.some((call) => call.name === STRUCTURED_OUTPUT_TOOL)
          const last = report.turn >= turns
          if (report.calls.length > 0 && !given && !last) return undefined
          if (report.stopReason === 'refusal') return undefined
          const attempt = await judge(report)
          if (attempt.ok) return { type: 'stop', reason: 'end_turn', output: unwrap(schema, attempt.value) }
          if (last || repairs() >= (given ? REPAIRS + 1 : REPAIRS)) {
            const when = last ? 'in the last turn' : `after ${REPAIRS} repairs`
            return {
              type: 'fail',
              error: new AgentError('output_invalid', `The answer does not match the schema '${name}' ${when}:\n${attempt.problems}`),
            }
          }
          if (given) return undefined // the tool's own result has told the model what is wrong
          return { type: 'continue', inject: [userText(repairWords(attempt.problems, mode))] }
        },
      }
    },
  })
}

/** A wrong answer that the model was told of: by us, or by the tool's own result. */
const isSentBack = (fact: Fact): boolean =>
  fact.type === 'message_injected'
    ? fact.source === 'structured-output'
    : fact.type === 'tool_end' && fact.name === STRUCTURED_OUTPUT_TOOL && fact.isError

async function check(schema: JsonSchema, wire: JsonSchema, { calls, reply }: TurnReport): Promise<Attempt> {
  const call = calls.find(({ name }) => name === STRUCTURED_OUTPUT_TOOL)
  const candidates = call ? [call.input] : findJson(textOf(reply))
  let problems = 'There is no JSON in the answer.'
  for (const found of candidates) {
    const candidate = withoutOptionalNulls(found, wire)
    const parsed = await jsonSchema(wire).parse(candidate)
    if (parsed.ok) return { ok: true, value: candidate }
    problems = parsed.problems.join('\n')
    // A bare value where a wrapper was asked for is as good.
    if (schema !== wire && (await jsonSchema(schema).parse(candidate)).ok) return { ok: true, value: { value: candidate } }
  }
  return { ok: false, problems }
}

const inWords = (schema: JsonSchema): string =>
  `When you have finished, answer with one JSON value and nothing else. It must match this JSON Schema:\n${JSON.stringify(schema)}`

const repairWords = (problems: string, mode: string): string =>
  mode === 'tool'
    ? `Give your answer now by calling the tool '${STRUCTURED_OUTPUT_TOOL}'.`
    : `Your answer does not match the schema:\n${problems}\nAnswer again with corrected JSON and nothing else.`
