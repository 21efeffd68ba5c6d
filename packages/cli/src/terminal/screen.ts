/** Prints text with a status line below it that moves out of the way. */
import type { Terminal } from './terminal.ts'

export interface Screen {
  print(text: string): void
  /** What the status line says, asked each time it is drawn; undefined takes it away. Does nothing where nobody watches. */
  watch(status: (() => string) | undefined): void
  /** Draw the status line now. */
  refresh(): void
  /** Keep what is printed back while somebody is asked something. Returns how to let it out. */
  hold(): () => void
  close(): void
}

const REDRAW_MS = 100
const CLEAR = '\r\u001b[2K'

type Output = Pick<Terminal, 'live' | 'print'>

/** The screen of a terminal. Where output is not a terminal it only prints. */
export const createScreen = (terminal: Output): Screen => (terminal.live ? new LiveScreen(terminal) : plainScreen(terminal))

class LiveScreen implements Screen {
  readonly #terminal: Output
  #status: (() => string) | undefined
  #drawn = false
  #atLineStart = true
  #timer: NodeJS.Timeout | undefined
  /** What came while somebody was asked; undefined while nobody is. */
  #held: string[] | undefined

  constructor(terminal: Output) {
    this.#terminal = terminal
  }

  print(text: string): void {
    if (text === '') return
    if (this.#held !== undefined) return void this.#held.push(text)
    this.#clear()
    this.#terminal.print(text)
    this.#atLineStart = text.endsWith('\n')
  }

  watch(status: (() => string) | undefined): void {
    this.#status = status
    this.#clear()
    if (status === undefined) this.#stop()
    else this.#timer ??= setInterval(() => this.refresh(), REDRAW_MS).unref()
  }

  refresh(): void {
    if (this.#status === undefined || !this.#atLineStart || this.#held !== undefined) return
    this.#terminal.print(CLEAR + this.#status())
    this.#drawn = true
  }

  hold(): () => void {
    this.#clear()
    this.#held ??= []
    return () => {
      const pieces = this.#held ?? []
      this.#held = undefined
      for (const text of pieces) this.print(text)
    }
  }

  close(): void {
    this.#status = undefined
    this.#clear()
    this.#stop()
  }

  #clear(): void {
    if (this.#drawn) this.#terminal.print(CLEAR)
    this.#drawn = false
  }

  #stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}

/** A screen that nobody watches. */
const plainScreen = (terminal: Output): Screen => ({
  print: (text) => terminal.print(text),
  watch: () => undefined,
  refresh: () => undefined,
  hold: () => () => undefined,
  close: () => undefined,
})
