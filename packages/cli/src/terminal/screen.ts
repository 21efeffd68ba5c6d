/** Prints text with lines of status below it that move out of the way. */
import type { Terminal } from './terminal.ts'

export interface Screen {
  print(text: string): void
  /** What the status says, in lines that fit the screen, asked each time it is drawn; undefined takes it away. Does nothing where nobody watches. */
  watch(status: (() => string) | undefined): void
  /** Draw the status now. */
  refresh(): void
  /** Keep what is printed back while somebody is asked something. Returns how to let it out. */
  hold(): () => void
  close(): void
}

const REDRAW_MS = 100
const CLEAR = '\r\u001b[2K'
const CLEAR_ABOVE = '\u001b[1A\u001b[2K'

type Output = Pick<Terminal, 'live' | 'print'>

/** The screen of a terminal. Where output is not a terminal it only prints. */
export const createScreen = (terminal: Output): Screen => (terminal.live ? new LiveScreen(terminal) : plainScreen(terminal))

class LiveScreen implements Screen {
  readonly #terminal: Output
  #status: (() => string) | undefined
  /** Lines of status that stand on the screen. */
  #drawn = 0
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
    const lines = this.#status().split('\n')
    this.#terminal.print(erased(this.#drawn) + lines.join('\r\n'))
    this.#drawn = lines.length
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
    if (this.#drawn > 0) this.#terminal.print(erased(this.#drawn))
    this.#drawn = 0
  }

  #stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}

const erased = (lines: number): string => CLEAR + CLEAR_ABOVE.repeat(Math.max(0, lines - 1))

/** A screen that nobody watches. */
const plainScreen = (terminal: Output): Screen => ({
  print: (text) => terminal.print(text),
  watch: () => undefined,
  refresh: () => undefined,
  hold: () => () => undefined,
  close: () => undefined,
})
