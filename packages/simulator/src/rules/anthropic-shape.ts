/** The fields that a Messages request may have, and the provider's words for one that it may not. */
import type { Fault } from './rule.ts'
import { anything, boolean, choice, either, integer, list, nullable, number, object, record, string, tagged } from './shape.ts'
import type { Problem, Shape } from './shape.ts'

const cacheControl = nullable(object({ type: choice('ephemeral') }, { ttl: choice('5m', '1h') }))
const marked = { cache_control: cacheControl }

const text = object({ type: string, text: string }, { ...marked, citations: nullable(list(record)) })
const image = object(
  {
    type: string,
    source: tagged('type', {
      base64: object({ type: string, media_type: choice('image/jpeg', 'image/png', 'image/gif', 'image/webp'), data: string }),
      url: object({ type: string, url: string }),
      file: object({ type: string, file_id: string }),
    }),
  },
  { ...marked, transformations: nullable(record) },
)
const document = object(
  { type: string, source: record },
  { ...marked, title: nullable(string), context: nullable(string), citations: nullable(record) },
)

const block = tagged('type', {
  text,
  image,
  document,
  thinking: object({ type: string, signature: string, thinking: string }),
  redacted_thinking: object({ type: string, data: string }),
  tool_use: object(
    { type: string, id: string, name: string, input: record },
    { ...marked, caller: record, toolset_name: nullable(string) },
  ),
  tool_result: object(
    { type: string, tool_use_id: string },
    {
      ...marked,
      content: either(string, list(tagged('type', { text, image, document }))),
      is_error: boolean,
      toolset_name: nullable(string),
    },
  ),
})

const tool = object(
  { name: string, input_schema: record },
  {
    ...marked,
    type: nullable(choice('custom')),
    description: string,
    strict: boolean,
    allowed_callers: list(string),
    defer_loading: boolean,
    eager_input_streaming: nullable(boolean),
    input_examples: list(record),
  },
)

const parallel = { disable_parallel_tool_use: boolean }
const display = {
  display: nullable(choice('summarized', 'omitted')),
  // needs the beta thinking-binding-controls-2026-08-01; the conversation check itself is not simulated
  block_binding: nullable(object({}, { prefix_mismatch_behavior: nullable(choice('error', 'drop_block')) })),
}

const shared = {
  cache_control: cacheControl,
  output_config: object(
    {},
    {
      effort: nullable(choice('low', 'medium', 'high', 'xhigh', 'max')),
      format: nullable(object({ type: choice('json_schema'), schema: record })),
    },
  ),
  speed: nullable(choice('standard', 'fast')),
  system: either(string, list(tagged('type', { text }))),
  thinking: tagged('type', {
    enabled: object({ type: string, budget_tokens: integer }, display),
    adaptive: object({ type: string }, display),
    between_tools: object({ type: string }),
    disabled: object({ type: string }),
  }),
  tool_choice: tagged('type', {
    auto: object({ type: string }, parallel),
    any: object({ type: string }, parallel),
    tool: object({ type: string, name: string }, parallel),
    none: object({ type: string }),
  }),
  tools: list(tagged('type', { custom: tool }, 'custom')),
  user_profile_id: string,
  workspace_id: string,
}

const needed = { model: string, messages: list(object({ role: string, content: either(string, list(block)) })) }

export const countTokensShape: Shape = object(needed, shared)

const generation = {
  ...shared,
  container: anything,
  diagnostics: nullable(record),
  inference_geo: nullable(string),
  metadata: object({}, { user_id: nullable(string) }),
  service_tier: choice('auto', 'standard_only'),
  stop_sequences: list(string),
  stream: boolean,
}

/** The request of API version 2026-10-21, which removed the sampling parameters. */
export const anthropicShape: Shape = object({ ...needed, max_tokens: integer }, generation)

/** The request of API version 2023-06-01. */
export const anthropicShape2023: Shape = object(
  { ...needed, max_tokens: integer },
  { ...generation, temperature: number, top_p: number, top_k: integer },
)

const typeWords: Readonly<Record<string, string>> = {
  string: 'a valid string',
  decimal: 'a valid number',
  integer: 'a valid integer',
  boolean: 'a valid boolean',
  array: 'a valid list',
  object: 'a valid dictionary',
}

const quoted = (values: readonly string[]): string => values.map((value) => `'${value}'`).join(', ')

/** Anthropic's words for a problem of shape. */
export function anthropicShapeFault(problem: Problem): Fault {
  const path = problem.path.map((step) => (typeof step === 'object' ? step.variant : String(step))).join('.')
  switch (problem.kind) {
    case 'missing':
      return { message: `${path}: Field required` }
    case 'extra':
      return { message: `${path}: Extra inputs are not permitted` }
    case 'type':
      return { message: `${path}: Input should be ${typeWords[problem.expected] ?? 'a valid string or a valid list'}` }
    case 'value':
      return { message: `${path}: Input should be ${problem.allowed.map((value) => `'${value}'`).join(' or ')}` }
    case 'tag': {
      const parent = path.slice(0, Math.max(0, path.lastIndexOf('.')))
      const found = `Input tag '${String(problem.actual)}' found using '${problem.expected}'`
      return { message: `${parent}: ${found} does not match any of the expected tags: ${quoted(problem.allowed)}` }
    }
  }
}
