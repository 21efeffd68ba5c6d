/** The `batch` tool: several calls of other tools in one. */
import { failed, type Json, resultText, succeeded, tool, type Tool, type ToolContext, type ToolResult } from '@seamfold/core/kit'
import { z } from 'zod'
import { toolInput } from '../base/tool-input.ts'

const NAME = 'batch'
const MOST_CALLS = 32
const MOST_AT_ONCE = 16

const input = toolInput({
  invocations: z
    .array(
      toolInput({
        tool: z.string().min(1).describe('Name of the tool'),
        args: z.record(z.string(), z.json()).default({}).describe('Its arguments'),
        id: z.string().optional().describe('A name for this call in the result'),
      }),
    )
    .min(1)
    .max(MOST_CALLS),
  max_concurrency: z.int().min(1).max(MOST_AT_ONCE).default(8).describe(`Calls at once, at most ${MOST_AT_ONCE}. Default: 8`),
})

type Input = z.infer<typeof input>
type Invocation = Input['invocations'][number]

/**
 * Calls that change nothing run together, each other call runs alone, and they start in the order given, so that a batch that is run
 * again after a crash makes the same calls. `tools` are those whose effect is known; calls of others run alone.
 */
export const batchTool = (tools: readonly Tool[]): Tool =>
  tool({
    name: NAME,
    description: `Call up to ${MOST_CALLS} tools in one go. Calls that only read run at the same time, others one after the other in the order given. A call cannot use the result of another.`,
    input,
    access: () => [],
    effect: 'composite',
    timeoutMs: 0,
    async execute({ invocations, max_concurrency }: Input, { invoke, signal }: ToolContext) {
      if (invocations.some((one) => one.tool === NAME)) {
        return failed('A batch cannot hold a batch: put all calls into one list', { kind: 'invalid_input' })
      }
      const results: ToolResult[] = []
      for (const group of await groupsOf(invocations, tools)) {
        signal.throwIfAborted()
        results.push(...(await startInOrder(group, max_concurrency, (one) => invoke(one.tool, one.args))))
      }
      // What was made of something from outside comes from there too.
      const outside = results.some(({ untrusted }) => untrusted === true) ? { untrusted: true as const } : {}
      return Object.assign(report(invocations, results), outside)
    },
  })

/** Neighbours that change nothing together, each other one alone. */
async function groupsOf(invocations: readonly Invocation[], tools: readonly Tool[]): Promise<readonly (readonly Invocation[])[]> {
  const groups: Invocation[][] = []
  let wasFree = false
  for (const invocation of invocations) {
    const isFree = await changesNothing(invocation, tools)
    const last = groups.at(-1)
    if (isFree && wasFree && last !== undefined) last.push(invocation)
    else groups.push([invocation])
    wasFree = isFree
  }
  return groups
}

async function changesNothing({ tool: name, args }: Invocation, tools: readonly Tool[]): Promise<boolean> {
  const known = tools.find(({ definition }) => definition.name === name)
  const parsed = await known?.parse(args)
  return known !== undefined && parsed?.ok === true && known.effect(parsed.value) === 'none'
}

/** At most `limit` at once; the next starts when any has ended. When one rejects no other starts, and those under way are waited for. */
async function startInOrder<Item>(
  items: readonly Item[],
  limit: number,
  start: (item: Item) => Promise<ToolResult>,
): Promise<readonly ToolResult[]> {
  const results = new Map<number, ToolResult>()
  const waiting = [...items.entries()]
  const worker = async (): Promise<void> => {
    for (let entry = waiting.shift(); entry !== undefined; entry = waiting.shift()) {
      try {
        results.set(entry[0], await start(entry[1]))
      } catch (error) {
        waiting.length = 0
        throw error
      }
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, worker))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  return items.flatMap((_, index) => results.get(index) ?? [])
}

function report(invocations: readonly Invocation[], results: readonly ToolResult[]): ToolResult {
  const failures = results.flatMap((result, index) => (result.isError ? [index] : []))
  const sections = invocations.map(({ tool: name, id }, index) => {
    const result = results[index]
    const title = `## ${index + 1}. ${name}${id === undefined ? '' : ` (${id})`}: ${result?.isError === false ? 'ok' : 'failed'}`
    return `${title}\n${result === undefined ? '' : resultText(result.content)}`
  })
  const metadata: Record<string, Json> = { failed: failures, total: results.length }
  const text = sections.join('\n\n')
  if (failures.length === results.length) return failed(`${text}\n\nAll ${results.length} calls failed`, { metadata })
  return succeeded(failures.length === 0 ? text : `${text}\n\n${failures.length} of ${results.length} calls failed`, metadata)
}
