/** Asks for lines: at a terminal with editing and history, else one after the other from a pipe. */
import { createInterface, type Interface } from 'node:readline'
import type { Terminal } from './terminal.ts'

/** What came back: a line, the end of the input, or Ctrl-C. */
export type Reply = { readonly type: 'line'; readonly text: string } | { readonly type: 'end' } | { readonly type: 'interrupt' }

export interface Lines {
  /** Show a prompt and wait for a line. `signal` gives up waiting, which counts as the end. */
  ask(prompt: string, options?: { readonly signal?: AbortSignal; readonly remember?: boolean }): Promise<Reply>
  close(): void
}

/** Lines of a terminal's input. Between two questions the input is left alone, so that Ctrl-C stays a signal. */
export function createLines(terminal: Terminal): Lines {
  return terminal.interactive ? fromKeyboard(terminal) : fromPipe(terminal)
}

function fromKeyboard({ input, output }: Terminal): Lines {
  let history: string[] = []
  let open: Interface | undefined
  return {
    ask(prompt, { signal, remember = false } = {}) {
      const { promise, resolve } = Promise.withResolvers<Reply>()
      const lines = createInterface({ input, output, history: remember ? [...history] : [], removeHistoryDuplicates: true, historySize: 500 })
      open = lines
      let reply: Reply = { type: 'end' }
      const give = (next: Reply): void => {
        reply = next
        lines.close()
      }
      const giveUp = (): void => give({ type: 'end' })
      if (remember) lines.on('history', (next: string[]) => (history = [...next]))
      lines.once('SIGINT', () => give({ type: 'interrupt' }))
      lines.once('close', () => {
        signal?.removeEventListener('abort', giveUp)
        open = undefined
        resolve(reply)
      })
      if (signal?.aborted === true) giveUp()
      else {
        signal?.addEventListener('abort', giveUp, { once: true })
        lines.question(prompt, (text) => give({ type: 'line', text }))
      }
      return promise
    },
    close: () => open?.close(),
  }
}

function fromPipe({ input }: Terminal): Lines {
  const lines = createInterface({ input, terminal: false })
  const iterator = lines[Symbol.asyncIterator]()
  return {
    async ask() {
      const next = await iterator.next()
      return next.done === true ? { type: 'end' } : { type: 'line', text: next.value }
    },
    close: () => lines.close(),
  }
}
