/** Lines that a person types: edited where a question stands, or unseen while something else is on the screen. */
import { createInterface, type Interface } from 'node:readline'
import { Writable } from 'node:stream'
import type { AskOptions, LineListener, Lines, Reply } from './lines.ts'
import type { Terminal } from './terminal.ts'

export class Keyboard implements Lines {
  readonly #input: Terminal['input']
  readonly #output: Terminal['output']
  readonly #lines: Interface
  /** Typed before it was asked for. */
  readonly #ahead: Reply[] = []
  #waiting: ((reply: Reply) => void) | undefined
  #listener: LineListener | undefined
  /** What was being typed when a question came between. */
  #draft = ''
  #remembers = false
  #muted = false
  #ended = false

  constructor({ input, output }: Pick<Terminal, 'input' | 'output'>) {
    this.#input = input
    this.#output = output
    this.#lines = createInterface({ input, output: this.#echo(), terminal: true, removeHistoryDuplicates: true, historySize: 500 })
    this.#lines.on('history', (history: string[]) => void (this.#remembers || history.shift()))
    this.#lines.on('line', (text) => this.#line(text))
    this.#lines.on('SIGINT', () => this.#interrupted())
    this.#lines.on('close', this.#end)
    // A terminal that was closed has no more keys.
    this.#lines.on('error', this.#end)
    // Before readline takes the key, so what it has made of it is looked at afterwards.
    input.on('keypress', this.#pressed)
    this.rest()
  }

  async ask(prompt: string, { signal, remember = false, fresh = false }: AskOptions = {}): Promise<Reply> {
    if (this.#ended || signal?.aborted === true) return this.#over()
    const early = fresh ? undefined : this.#ahead.shift()
    if (early?.type === 'line') this.#output.write(`${prompt}${early.text}\n`)
    if (early !== undefined) return early
    const { promise, resolve } = Promise.withResolvers<Reply>()
    signal?.addEventListener('abort', this.#giveUp, { once: true })
    this.#draft = this.#take() || this.#draft
    this.#waiting = resolve
    this.#remembers = remember
    this.#muted = false
    this.#input.setRawMode(true)
    this.#lines.setPrompt(prompt)
    this.#lines.prompt()
    // A message goes on where it was left; another question stands alone.
    if (remember) this.#restore()
    return promise.finally(() => signal?.removeEventListener('abort', this.#giveUp))
  }

  listen(listener: LineListener): () => void {
    this.#listener = listener
    this.rest()
    return () => {
      if (this.#listener !== listener) return
      this.#listener = undefined
      this.#draft = this.#take() || this.#draft
      this.rest()
    }
  }

  typed(): string {
    return this.#listener === undefined || this.#waiting !== undefined ? '' : this.#lines.line
  }

  keep(text: string): void {
    this.#ahead.push({ type: 'line', text })
  }

  rest(): void {
    if (this.#ended) return
    if (this.#listener === undefined) {
      this.#lines.pause()
      this.#input.setRawMode(false)
      return
    }
    this.#muted = true
    this.#remembers = false
    this.#lines.setPrompt('')
    this.#input.setRawMode(true)
    this.#lines.resume()
    this.#restore()
  }

  close(): void {
    this.#input.off('keypress', this.#pressed)
    this.#lines.close()
  }

  /** Where readline writes: to the terminal, or nowhere while the screen belongs to somebody else. */
  #echo(): Writable {
    const echo = new Writable({
      write: (chunk: string | Uint8Array, _encoding, done) => {
        if (!this.#muted) this.#output.write(chunk)
        done()
      },
    })
    Object.defineProperty(echo, 'columns', { get: () => this.#output.columns })
    this.#output.on('resize', () => echo.emit('resize'))
    return echo
  }

  #line(text: string): void {
    if (this.#waiting === undefined && this.#listener !== undefined) return this.#listener.line(text)
    this.#give({ type: 'line', text })
  }

  #interrupted(): void {
    if (this.#waiting === undefined && this.#listener !== undefined) {
      this.#take()
      return this.#listener.interrupt()
    }
    this.#dropLine()
    this.#give({ type: 'interrupt' })
  }

  #give(reply: Reply): void {
    const resolve = this.#waiting
    this.#waiting = undefined
    if (resolve === undefined) return void this.#ahead.push(reply)
    // After Ctrl-C often another question comes at once: a second Ctrl-C must not become a signal in between.
    if (reply.type !== 'interrupt') this.rest()
    resolve(reply)
  }

  readonly #giveUp = (): void => {
    if (this.#waiting !== undefined) this.#give(this.#over())
  }

  readonly #end = (): void => {
    this.#ended = true
    this.#giveUp()
  }

  readonly #pressed = (): void => {
    const listener = this.#listener
    if (listener !== undefined) queueMicrotask(() => listener.changed())
  }

  /** Ctrl-D ends the lines, and the keyboard is still there. */
  #over(): Reply {
    return { type: this.#input.readableEnded || this.#input.errored !== null ? 'gone' : 'end' }
  }

  #restore(): void {
    if (this.#draft !== '') this.#lines.write(this.#draft)
    this.#draft = ''
  }

  /** What stands on the line, which is empty afterwards. */
  #take(): string {
    const { line } = this.#lines
    if (line === '' || this.#ended) return ''
    const muted = this.#muted
    this.#muted = true
    this.#lines.write(null, { ctrl: true, name: 'e' })
    this.#lines.write(null, { ctrl: true, name: 'u' })
    this.#muted = muted
    return line
  }

  /** Forget what was typed of a line, and stand below it. */
  #dropLine(): void {
    this.#lines.write(null, { ctrl: true, name: 'e' })
    this.#output.write('\n')
    this.#lines.setPrompt('')
    this.#lines.write(null, { ctrl: true, name: 'u' })
  }
}
