/** Asks for lines: at a terminal with editing and history, else one after the other from a pipe. */
import { createInterface, type Interface } from 'node:readline'
import type { Terminal } from './terminal.ts'

/** What came back: a line, the end of the input, Ctrl-C, or the news that the terminal was closed. */
export type Reply =
  | { readonly type: 'line'; readonly text: string }
  | { readonly type: 'end' }
  | { readonly type: 'interrupt' }
  | { readonly type: 'gone' }

export interface Lines {
  /** Show a prompt and wait for a line. `signal` gives up waiting, which counts as the end. */
  ask(prompt: string, options?: { readonly signal?: AbortSignal; readonly remember?: boolean }): Promise<Reply>
  /** After Ctrl-C was the reply and no question follows: keys are signals again. */
  rest(): void
  close(): void
}

/** Lines of a terminal's input. Between two questions the input is left alone, so that Ctrl-C stays a signal. */
export function createLines(terminal: Terminal): Lines {
  return terminal.interactive ? fromKeyboard(terminal) : fromPipe(terminal)
}

function fromKeyboard({ input, output }: Terminal): Lines {
  const lines = createInterface({ input, output, removeHistoryDuplicates: true, historySize: 500 })
  const ahead: Reply[] = [] // typed before it was asked for
  let waiting: ((reply: Reply) => void) | undefined
  let remembers = false
  let ended = false
  const leaveAlone = (): void => {
    if (!ended) rest(lines, input)
  }
  const give = (reply: Reply): void => {
    const resolve = waiting
    waiting = undefined
    if (resolve === undefined) return void ahead.push(reply)
    // After Ctrl-C often another question comes at once: a second Ctrl-C must not become a signal in between.
    if (reply.type !== 'interrupt') leaveAlone()
    resolve(reply)
  }
  const giveUp = (): void => {
    if (waiting !== undefined) give(over())
  }
  // Ctrl-D ends the lines, and the keyboard is still there.
  const over = (): Reply => ({ type: input.readableEnded || input.errored !== null ? 'gone' : 'end' })
  lines.on('history', (history: string[]) => void (remembers || history.shift()))
  lines.on('line', (text) => give({ type: 'line', text }))
  lines.on('SIGINT', () => {
    dropLine(lines, output)
    give({ type: 'interrupt' })
  })
  const end = (): void => {
    ended = true
    giveUp()
  }
  lines.on('close', end)
  // A terminal that was closed has no more keys.
  lines.on('error', end)
  leaveAlone()
  return {
    async ask(prompt, { signal, remember = false } = {}) {
      if (ended || signal?.aborted === true) return over()
      const early = ahead.shift()
      if (early?.type === 'line') output.write(`${prompt}${early.text}\n`)
      if (early !== undefined) return early
      const { promise, resolve } = Promise.withResolvers<Reply>()
      signal?.addEventListener('abort', giveUp, { once: true })
      waiting = resolve
      remembers = remember
      input.setRawMode(true)
      lines.setPrompt(prompt)
      lines.prompt()
      return promise.finally(() => signal?.removeEventListener('abort', giveUp))
    },
    rest: leaveAlone,
    close: () => lines.close(),
  }
}

/** Leave the input alone until the next question. */
function rest(lines: Interface, input: Terminal['input']): void {
  lines.pause()
  input.setRawMode(false)
}

/** Forget what was typed of a line, and stand below it. */
function dropLine(lines: Interface, output: Terminal['output']): void {
  lines.write(null, { ctrl: true, name: 'e' })
  output.write('\n')
  lines.setPrompt('')
  lines.write(null, { ctrl: true, name: 'u' })
}

function fromPipe({ input }: Terminal): Lines {
  const lines = createInterface({ input, terminal: false })
  const iterator = lines[Symbol.asyncIterator]()
  return {
    async ask() {
      const next = await iterator.next()
      return next.done === true ? { type: 'end' } : { type: 'line', text: next.value }
    },
    rest: () => {},
    close: () => lines.close(),
  }
}
