/** Every process's first reply is cut off in mid-stream: the turn is tried again, and the process killed on top of it. */
import type { CrashScenario } from '@seamfold/core/testing/node'
import { nodeFetch } from '@seamfold/llm-openai'
import { callTool, text } from '@seamfold/simulator'
import { keyedTool } from '../counting-tools.ts'
import { afterTheDead, common, everythingAllowed, model, modelledBy } from '../world.ts'

const WORDS = 'Let me think about this for a while before I order anything at all. '

/** Enough for some deltas, and for no whole reply. */
const BYTES_BEFORE_CUT = 3000

export const cutStream: CrashScenario = {
  ...common,
  name: 'stream cut in mid-turn',
  module: import.meta.url,
  surroundings: modelledBy(({ calls }) =>
    calls.length === 0 ? [text(WORDS.repeat(6)), callTool('order', { what: 'paper' })] : text('It is ordered.'),
  ),
  agent: (world) => ({
    leases: afterTheDead(),
    llm: model({ fetch: cuttingOnce() }),
    tools: [keyedTool(world)],
    permissions: everythingAllowed,
    retry: { baseDelayMs: 1 },
  }),
  check: ({ facts }) =>
    facts.some(({ event }) => event.type === 'turn_start' && event.attempt > 1) ? [] : ['no reply was cut off, so this shows nothing'],
}

function cuttingOnce(): typeof fetch {
  const send = nodeFetch()
  let cut = false
  return async (input, init) => {
    const response = await send(input, init)
    if (cut || response.body === null) return response
    cut = true
    return new Response(response.body.pipeThrough(brokenAfter(BYTES_BEFORE_CUT)), response)
  }
}

function brokenAfter(bytes: number): TransformStream<Uint8Array, Uint8Array> {
  let passed = 0
  return new TransformStream({
    transform(chunk, controller) {
      const left = bytes - passed
      passed += chunk.length
      if (chunk.length <= left) return controller.enqueue(chunk)
      if (left > 0) controller.enqueue(chunk.subarray(0, left))
      controller.error(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }))
    },
  })
}
