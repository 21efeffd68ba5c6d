/** Prints text with a status line below it that moves out of the way. */
import type { Terminal } from './terminal.ts'

export interface Screen {
  print(text: string): void
  /** What the status line says, asked each time it is drawn; undefined takes it away. Does nothing where nobody watches. */
  watch(status: (() => string) | undefined): void
  /** Draw the status line now. */
  refresh(): void
  close(): void
}

const REDRAW_MS = 100
const CLEAR = '\r\u001b[2K'

/** The screen of a terminal. Where output is not a terminal it only prints. */
export function createScreen(terminal: Terminal): Screen {
  if (!terminal.live)
    return { print: (text) => terminal.print(text), watch: () => undefined, refresh: () => undefined, close: () => undefined }
  let status: (() => string) | undefined
  let drawn = false
  let atLineStart = true
  let timer: NodeJS.Timeout | undefined
  const clear = (): void => {
    if (drawn) terminal.print(CLEAR)
    drawn = false
  }
  const draw = (): void => {
    if (status === undefined || !atLineStart) return
    terminal.print(CLEAR + status())
    drawn = true
  }
  const stop = (): void => {
    clearInterval(timer)
    timer = undefined
  }
  return {
    print(text) {
      if (text === '') return
      clear()
      terminal.print(text)
      atLineStart = text.endsWith('\n')
    },
    watch(next) {
      status = next
      clear()
      if (next === undefined) return stop()
      timer ??= setInterval(draw, REDRAW_MS).unref()
      return undefined
    },
    refresh: draw,
    close() {
      status = undefined
      clear()
      stop()
    },
  }
}
