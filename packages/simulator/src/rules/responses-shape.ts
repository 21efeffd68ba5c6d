/** The fields that a Responses request may have. */
import { commonFields, effort } from './chat-shape.ts'
import { unsupportedParameter } from './openai-shape.ts'
import type { Fault } from './rule.ts'
import { anything, boolean, choice, either, integer, list, nullable, object, record, string, tagged } from './shape.ts'
import type { Shape } from './shape.ts'

const breakpoint = { prompt_cache_breakpoint: record }
const part = tagged('type', {
  input_text: object({ type: string, text: string }, breakpoint),
  input_image: object(
    { type: string },
    { ...breakpoint, image_url: nullable(string), file_id: nullable(string), detail: choice('low', 'high', 'auto', 'original') },
  ),
  input_file: object(
    { type: string },
    { ...breakpoint, file_id: nullable(string), file_data: string, file_url: string, filename: string, detail: string },
  ),
  output_text: object({ type: string, text: string }, { annotations: list(record), logprobs: list(record) }),
  refusal: object({ type: string, refusal: string }),
})
const status = nullable(choice('in_progress', 'completed', 'incomplete'))
const caller = { caller: nullable(record) }

const item = tagged(
  'type',
  {
    message: object(
      { role: choice('assistant', 'system', 'developer', 'user'), content: either(string, list(part)) },
      { type: string, id: string, status, phase: nullable(choice('commentary', 'final_answer')) },
    ),
    function_call: object(
      { type: string, call_id: string, name: string, arguments: string },
      { ...caller, id: string, status, namespace: string, async: boolean },
    ),
    function_call_output: object(
      { type: string, call_id: string, output: either(string, list(part)) },
      { ...caller, id: nullable(string), status, name: nullable(string), namespace: nullable(string) },
    ),
    reasoning: object(
      { type: string, summary: list(object({ type: choice('summary_text'), text: string })) },
      { id: string, encrypted_content: nullable(string), content: nullable(list(record)), status },
    ),
    item_reference: object({ id: string }, { type: nullable(string) }),
  },
  'message',
)

const tool = tagged('type', {
  function: object(
    { type: string, name: string },
    {
      description: nullable(string),
      parameters: nullable(record),
      strict: nullable(boolean),
      output_schema: nullable(record),
      allowed_callers: nullable(list(string)),
      async: boolean,
      defer_loading: boolean,
    },
  ),
})

const toolChoice = either(
  choice('none', 'auto', 'required'),
  tagged('type', {
    function: object({ type: string, name: string }),
    allowed_tools: object({ type: string, mode: choice('auto', 'required'), tools: list(record) }),
  }),
)

const format = tagged('type', {
  text: object({ type: string }),
  json_object: object({ type: string }),
  json_schema: object({ type: string, name: string, schema: record }, { description: string, strict: nullable(boolean) }),
})

const summary = nullable(choice('auto', 'concise', 'detailed'))

export const responsesShape: Shape = object(
  { model: string },
  {
    ...commonFields,
    access_programs: record,
    background: nullable(boolean),
    context_management: nullable(list(record)),
    conversation: anything,
    include: nullable(
      list(
        choice(
          'file_search_call.results',
          'web_search_call.results',
          'web_search_call.action.sources',
          'message.input_image.image_url',
          'computer_call_output.output.image_url',
          'code_interpreter_call.outputs',
          'reasoning.encrypted_content',
          'message.output_text.logprobs',
        ),
      ),
    ),
    input: either(string, list(item)),
    instructions: nullable(string),
    max_output_tokens: nullable(integer),
    max_tool_calls: nullable(integer),
    previous_response_id: nullable(string),
    prompt: anything,
    reasoning: nullable(
      object({}, { effort: nullable(effort), summary, generate_summary: summary, context: nullable(string), mode: string }),
    ),
    stream_options: nullable(object({}, { include_obfuscation: boolean })),
    text: object({}, { format, verbosity: nullable(choice('low', 'medium', 'high')) }),
    tool_choice: toolChoice,
    tools: list(tool),
    truncation: nullable(choice('auto', 'disabled')),
  },
)

const moved: Readonly<Record<string, string>> = {
  messages: 'input',
  response_format: 'text.format',
  max_tokens: 'max_output_tokens',
  max_completion_tokens: 'max_output_tokens',
  reasoning_effort: 'reasoning.effort',
  functions: 'tools',
}

/** The provider's words for a field of Chat Completions that has another name here. */
export function movedParameter(name: string): Fault | undefined {
  const place = moved[name]
  if (place === undefined) return undefined
  return {
    ...unsupportedParameter(name),
    message: `Unsupported parameter: '${name}'. In the Responses API, this parameter has moved to '${place}'. Try again with the new parameter.`,
  }
}
