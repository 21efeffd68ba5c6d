/** What a call's arguments come to: checked against the tool's schema, with what they would touch. */
import { toMessage } from '../base/errors.ts'
import { orAborted } from '../base/signals.ts'
import type { Access } from '../model/access.ts'
import type { Json } from '../model/json.ts'
import type { ToolUseBlock } from '../model/message.ts'
import { failed, type Tool, type ToolResult } from '../model/tool.ts'

export type Admitted = { readonly ok: true; readonly tool: Tool; readonly input: Json; readonly accesses: readonly Access[] }
export type Refused = { readonly ok: false; readonly result: ToolResult }

/** Check arguments as they were given. A tool that throws here refuses the call: nothing has happened yet. Throws the signal's reason. */
export async function admit(tool: Tool, args: Json, signal: AbortSignal): Promise<Admitted | Refused> {
  const { name } = tool.definition
  try {
    const parsing = tool.parse(args)
    const parsed = parsing instanceof Promise ? await orAborted(parsing, signal) : parsing
    if (!parsed.ok) {
      const words = parsed.problems.map((problem) => `- ${problem}`).join('\n')
      return refused(`The arguments of '${name}' do not match its schema:\n${words}\nCorrect them and call it again.`)
    }
    const input = parsed.value
    tool.effect(input) // one that throws does so here
    const touching = tool.access(input)
    return { ok: true, tool, input, accesses: touching instanceof Promise ? await orAborted(touching, signal) : touching }
  } catch (error) {
    signal.throwIfAborted()
    return refused(`The arguments of '${name}' were refused: ${toMessage(error)}`)
  }
}

const refused = (content: string): Refused => ({ ok: false, result: failed(content, { kind: 'invalid_input' }) })

/** For arguments that are not JSON. */
export const malformed = ({ name, invalidInput = '' }: ToolUseBlock): ToolResult =>
  failed(
    invalidInput.trim() === ''
      ? `The call of '${name}' came without arguments. Send a JSON object.`
      : `The arguments of '${name}' are not valid JSON: ${JSON.stringify(invalidInput.slice(0, 500))}. Send a JSON object.`,
    { kind: 'malformed_input' },
  )

/** For a name that no tool has. */
export function unknownTool(name: string, tools: readonly Tool[]): ToolResult {
  const known = tools.map(({ definition }) => definition.name).join(', ')
  return failed(`There is no tool '${name}'. ${known === '' ? 'There are no tools.' : `The tools are: ${known}.`}`, {
    kind: 'unknown_tool',
  })
}
