/** Makes places to be killed at of what an agent does outside its journal: the effects of its tools, and its model's stream. */
import type { Tool } from '../../model/tool.ts'
import type { LlmClient } from '../../ports/llm-client.ts'
import type { KillPoints } from './kill-points.ts'

/** Before, during (begun, and not awaited yet) and after the tool's work. */
export function watchedTool(tool: Tool, points: KillPoints): Tool {
  const { definition, timeoutMs, witness, probe } = tool
  // What it does is done by others, who are watched.
  if ('bind' in tool) return tool
  return {
    definition,
    parse: (input) => tool.parse(input),
    access: (input) => tool.access(input),
    effect: (input) => tool.effect(input),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(witness === undefined ? {} : { witness: (input) => witness.call(tool, input) }),
    ...(probe === undefined ? {} : { probe: (input, context) => probe.call(tool, input, context) }),
    async execute(input, context) {
      points.reach(`before ${definition.name} works`)
      const work = Promise.resolve(tool.execute(input, context))
      points.reach(`while ${definition.name} works`)
      const result = await work
      points.reach(`after ${definition.name} has worked`)
      return result
    },
  }
}

/** Before the request, after the first batch of each reply, and at its end. */
export function watchedLlm(llm: LlmClient, points: KillPoints): LlmClient {
  return {
    contract: 1,
    get model() {
      return llm.model
    },
    async *stream(request, options) {
      points.reach('before the model is asked')
      let first = true
      for await (const batch of llm.stream(request, options)) {
        yield batch
        if (first) points.reach('while the model speaks')
        first = false
      }
      points.reach('after the model has spoken')
    },
  }
}
