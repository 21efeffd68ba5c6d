/** Writes requests for the Responses API. */
import type { LlmRequest, ToolChoice } from '@seamfold/core/kit'
import { concatenate, encode, lastText, messageList, toolList } from '../bytes.ts'
import { mayReason } from '../models.ts'
import type { Settings } from '../options.ts'
import { parametersOf } from '../parameters.ts'
import { cacheKeyOf, fieldsText, outputSchemas } from '../request.ts'
import { itemsOf } from './input-items.ts'

/** Makes bodies; what was made of a message or a list of tools is kept for as long as that lives. */
export function responsesBody({ options, official, model }: Settings): (request: LlmRequest) => Uint8Array {
  const items = messageList((message) => itemsOf(message, model))
  const tools = toolList((tool) => ({
    type: 'function',
    name: tool.name,
    description: tool.description,
    parameters: parametersOf(tool.parameters),
    // Unset means strict here, which would change what the tool's author declared as optional.
    strict: false,
  }))
  const instructionsOf = lastText((system) => (system === '' ? '' : `,"instructions":${JSON.stringify(system)}`))
  const schemaOf = outputSchemas()
  const include = mayReason(model.id) ? ['reasoning.encrypted_content'] : undefined
  return (request) => {
    const output = schemaOf(request.output)
    const fields = {
      model: model.id,
      stream: true,
      store: false,
      include,
      max_output_tokens: request.maxOutputTokens ?? options.maxOutputTokens,
      temperature: options.temperature,
      reasoning: options.reasoning,
      prompt_cache_key: cacheKeyOf(request, official),
      tool_choice: request.tools.length === 0 ? undefined : choiceOf(request.toolChoice),
      parallel_tool_calls: request.tools.length === 0 ? undefined : true,
      text: output === undefined ? undefined : { format: { type: 'json_schema', ...output } },
    }
    return concatenate([
      encode(`{${fieldsText(fields, options.extraBody)}`),
      ...(request.tools.length === 0 ? [] : [encode(',"tools":'), tools(request.tools)]),
      instructionsOf(request.system),
      encode(',"input":['),
      ...items(NOTHING, request.messages),
      encode(']}'),
    ])
  }
}

const NOTHING = encode('')

function choiceOf(choice: ToolChoice | undefined): unknown {
  if (choice === undefined || choice === 'auto') return undefined
  return typeof choice === 'string' ? choice : { type: 'function', name: choice.name }
}
