/** A model that says what the conversation so far calls for, in small pieces and slowly: in any process the same. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Block, LlmClient, LlmRequest } from '@seamfold/core/kit'

const USAGE = { input: 1, output: 1, cacheRead: 0, cacheWrite: 0, reasoning: 0 }
const CHUNK = 12
/** Turns with a call before the last one. */
const CALLS = ['pay', 'note', 'note'] as const

/** What is said in a turn: long enough to be cut in the middle. */
const speech = (turn: number): string => `Turn ${turn} says: ${'all work and no play makes a dull step, '.repeat(6)}and so on.`

/** So many milliseconds pass between two pieces of a text. */
export function slowModel(paceMs: number): LlmClient {
  return {
    contract: 1,
    model: { provider: 'chaos', id: 'slow' },
    async *stream(request, { signal }) {
      const turn = resultsOf(request)
      const text = speech(turn)
      for (let at = 0; at < text.length; at += CHUNK) {
        await sleep(paceMs, undefined, { signal })
        yield [{ type: 'text_delta', block: 0, text: text.slice(at, at + CHUNK) }]
      }
      const name = CALLS[turn]
      const content: Block[] = [{ type: 'text', text }]
      if (name !== undefined) {
        content.push({ type: 'tool_use', id: '', name, input: { turn } })
        yield [{ type: 'tool_start', block: 1, id: '', name }]
        yield [{ type: 'tool_input_delta', block: 1, delta: JSON.stringify({ turn }) }]
      }
      yield [
        { type: 'done', message: { role: 'assistant', content }, usage: USAGE, stopReason: name === undefined ? 'end_turn' : 'tool_use' },
      ]
    },
  }
}

const resultsOf = ({ messages }: LlmRequest): number =>
  messages.flatMap(({ content }) => content).filter(({ type }) => type === 'tool_result').length
