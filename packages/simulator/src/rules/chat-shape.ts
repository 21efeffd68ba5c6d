/** The fields that a Chat Completions request may have. */
import { anything, boolean, choice, either, integer, list, nullable, number, object, record, string, tagged } from './shape.ts'
import type { Shape } from './shape.ts'

const breakpoint = { prompt_cache_breakpoint: record }
const part = tagged('type', {
  text: object({ type: string, text: string }, breakpoint),
  image_url: object({ type: string, image_url: object({ url: string }, { detail: choice('auto', 'low', 'high') }) }, breakpoint),
  input_audio: object({ type: string, input_audio: record }, breakpoint),
  file: object({ type: string, file: record }, breakpoint),
  refusal: object({ type: string, refusal: string }),
})
const content = either(string, list(part))

const call = tagged('type', {
  function: object({ id: string, type: string, function: object({ name: string, arguments: string }) }),
})

const said = object({ role: string, content }, { name: string })

const message = tagged('role', {
  system: said,
  assistant: object(
    { role: string },
    {
      content: nullable(content),
      name: string,
      refusal: nullable(string),
      tool_calls: list(call),
      audio: nullable(record),
      function_call: nullable(record),
      annotations: nullable(list(record)),
      reasoning_content: nullable(string),
      reasoning: nullable(string),
    },
  ),
  user: said,
  function: object({ role: string, content: nullable(string), name: string }),
  tool: object({ role: string, content, tool_call_id: string }),
  developer: said,
})

const definition = object({ name: string }, { description: nullable(string), parameters: nullable(record), strict: nullable(boolean) })
const tool = tagged('type', { function: object({ type: string, function: definition }) })

const toolChoice = either(
  choice('none', 'auto', 'required'),
  tagged('type', {
    function: object({ type: string, function: object({ name: string }) }),
    allowed_tools: object({ type: string, allowed_tools: object({ mode: choice('auto', 'required'), tools: list(record) }) }),
  }),
)

const responseFormat = tagged('type', {
  text: object({ type: string }),
  json_object: object({ type: string }),
  json_schema: object({
    type: string,
    json_schema: object({ name: string }, { description: string, schema: record, strict: nullable(boolean) }),
  }),
})

export const effort: Shape = choice('none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max')

/** Fields that both OpenAI APIs know. */
export const commonFields: Readonly<Record<string, Shape>> = {
  metadata: nullable(record),
  moderation: nullable(record),
  parallel_tool_calls: nullable(boolean),
  prompt_cache_key: nullable(string),
  prompt_cache_options: record,
  prompt_cache_retention: nullable(choice('in_memory', '24h')),
  safety_identifier: nullable(string),
  service_tier: nullable(choice('auto', 'default', 'flex', 'scale', 'priority', 'fast')),
  store: nullable(boolean),
  stream: nullable(boolean),
  temperature: nullable(number),
  top_logprobs: nullable(integer),
  top_p: nullable(number),
  user: string,
}

export const chatShape: Shape = object(
  { model: string, messages: list(message) },
  {
    ...commonFields,
    audio: nullable(record),
    frequency_penalty: nullable(number),
    function_call: anything,
    functions: list(record),
    logit_bias: nullable(record),
    logprobs: nullable(boolean),
    max_completion_tokens: nullable(integer),
    max_tokens: nullable(integer),
    modalities: nullable(list(choice('text', 'audio'))),
    n: nullable(integer),
    prediction: nullable(record),
    presence_penalty: nullable(number),
    reasoning_effort: nullable(effort),
    response_format: responseFormat,
    seed: nullable(integer),
    stop: nullable(either(string, list(string))),
    stream_options: nullable(object({}, { include_usage: boolean, include_obfuscation: boolean })),
    tool_choice: toolChoice,
    tools: list(tool),
    verbosity: nullable(choice('low', 'medium', 'high')),
    web_search_options: record,
  },
)
