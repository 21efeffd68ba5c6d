/** What a model says, without secrets: also where one comes in several deltas. */
import type { ModelStream } from '../loop/middleware.ts'
import type { LlmEvent } from '../ports/llm-client.ts'
import type { SecurityProvider, TextTap } from '../ports/security-provider.ts'
import { type Protect, protectError } from './protector.ts'

type Delta = Exclude<LlmEvent, { type: 'done' | 'tool_start' }>

/** A block whose text is under way. */
type Open = { readonly tap: TextTap; readonly like: Delta }

export async function* protectedStream(stream: ModelStream, provider: SecurityProvider, protect: Protect): ModelStream {
  const blocks = new Blocks(provider)
  try {
    for await (const batch of stream)
      yield batch.flatMap((event) => (event.type === 'done' ? [...blocks.end(), protect(event)] : blocks.add(event, protect)))
  } catch (error) {
    throw protectError(error, protect)
  }
}

class Blocks {
  readonly #provider: SecurityProvider
  readonly #open = new Map<number, Open>()

  constructor(provider: SecurityProvider) {
    this.#provider = provider
  }

  /** Texts come one after the other: the next block ends the one before. Arguments of several calls may come side by side. */
  add(event: Exclude<LlmEvent, { type: 'done' }>, protect: Protect): readonly LlmEvent[] {
    const before = this.end(({ like }) => like.block !== event.block && like.type !== 'tool_input_delta')
    if (event.type === 'tool_start') return [...before, protect(event)]
    const open = this.#open.get(event.block) ?? { tap: this.#provider.tap(), like: event }
    this.#open.set(event.block, open)
    return [...before, ...delta(event, open.tap.push(event.type === 'tool_input_delta' ? event.delta : event.text))]
  }

  end(which: (open: Open) => boolean = () => true): readonly LlmEvent[] {
    return [...this.#open.values()].filter(which).flatMap(({ tap, like }) => {
      this.#open.delete(like.block)
      return delta(like, tap.end())
    })
  }
}

function delta(like: Delta, text: string): readonly LlmEvent[] {
  if (text === '') return []
  return [like.type === 'tool_input_delta' ? { ...like, delta: text } : { ...like, text }]
}
