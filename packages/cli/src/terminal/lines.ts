/** Asks for lines: at a terminal with editing and history, else one after the other from a pipe. */
import { createInterface } from 'node:readline'
import { Keyboard } from './keyboard.ts'
import type { Terminal } from './terminal.ts'

/** What came back: a line, the end of the input, Ctrl-C, or the news that the terminal was closed. */
export type Reply =
  | { readonly type: 'line'; readonly text: string }
  | { readonly type: 'end' }
  | { readonly type: 'interrupt' }
  | { readonly type: 'gone' }

export type AskOptions = {
  /** Gives up waiting, which counts as the end. */
  readonly signal?: AbortSignal
  /** Offer the line again with the arrow keys. Default: false. */
  readonly remember?: boolean
  /** Take no line that was typed before this was asked. Default: false. */
  readonly fresh?: boolean
}

/** Takes what is typed while nothing is asked. */
export interface LineListener {
  line(text: string): void
  /** Ctrl-C. */
  interrupt(): void
  /** What is being typed has changed. */
  changed(): void
}

export interface Lines {
  /** Show a prompt and wait for a line. */
  ask(prompt: string, options?: AskOptions): Promise<Reply>
  /** Take lines while nothing is asked; what is typed is not shown here. Returns how to stop. Nothing is taken from a pipe. */
  listen(listener: LineListener): () => void
  /** What is being typed while somebody listens. */
  typed(): string
  /** Give a line as the answer to a later question, behind others that were typed early. */
  keep(text: string): void
  /** After Ctrl-C was the reply and no question follows: keys are signals again. */
  rest(): void
  close(): void
}

/** Lines of a terminal's input. Between two questions the input is left alone, unless somebody listens, so that Ctrl-C stays a signal. */
export const createLines = (terminal: Terminal): Lines => (terminal.interactive ? new Keyboard(terminal) : fromPipe(terminal))

/** Lines where nobody is. */
export const noLines: Lines = {
  ask: () => Promise.resolve({ type: 'end' }),
  listen: () => () => undefined,
  typed: () => '',
  keep: () => undefined,
  rest: () => undefined,
  close: () => undefined,
}

function fromPipe({ input }: Terminal): Lines {
  const lines = createInterface({ input, terminal: false })
  const iterator = lines[Symbol.asyncIterator]()
  return {
    ...noLines,
    async ask() {
      const next = await iterator.next()
      return next.done === true ? { type: 'end' } : { type: 'line', text: next.value }
    },
    close: () => lines.close(),
  }
}
