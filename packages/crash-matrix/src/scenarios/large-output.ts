/** An output that is too large for the model: whatever is killed, the fact that names the whole of it never stands without it. */
import { storeBlobs, tool } from '@seamfold/core'
import type { CrashScenario, Evidence } from '@seamfold/core/testing/node'
import { callTool, text } from '@seamfold/simulator'
import { common, everythingAllowed, inSqlite, model, modelledBy } from '../world.ts'

const WHOLE = 'a line of a long report\n'.repeat(4_000)

export const largeOutput: CrashScenario = {
  ...common,
  name: 'an output kept by its digest',
  module: import.meta.url,
  surroundings: modelledBy(({ calls }) => (calls.length === 0 ? callTool('report') : text('Done.'))),
  agent: ({ effects }) => ({
    llm: model(),
    permissions: everythingAllowed,
    maxToolOutput: 1_000,
    tools: [
      tool({
        name: 'report',
        description: 'Writes a long report, once under each key.',
        effect: 'keyed',
        execute: async (_, { idempotencyKey }) => {
          await new Promise((resolve) => setImmediate(resolve))
          effects.once(idempotencyKey)
          return WHOLE
        },
      }),
    ],
  }),
  check: everyOutputIsWhole,
}

async function everyOutputIsWhole({ directory, effects, facts }: Evidence): Promise<readonly string[]> {
  const store = inSqlite({ directory, effects, attempt: 0, point: () => {} })
  const blobs = storeBlobs(store)
  const wrong: string[] = []
  for (const { event } of facts) {
    if (event.type !== 'tool_end') continue
    const { artifact } = (event.metadata ?? {}) as { readonly artifact?: { readonly digest: string } }
    if (artifact === undefined) wrong.push(`call ${event.callId} names no artifact`)
    else if ((await blobs.get(artifact.digest)) !== WHOLE) wrong.push(`the output of call ${event.callId} is not kept whole`)
  }
  await store.close?.()
  return wrong
}
