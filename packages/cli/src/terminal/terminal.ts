/** The process's terminal as a value: what commands may read, print and know of their surroundings. */
import { createStyle, type Style, wantsColor, wantsUnicode } from '../render/style.ts'

export interface Terminal {
  /** Print to standard output. */
  print(text: string): void
  /** Print to standard error. */
  complain(text: string): void
  /** Whether a person sits there: both standard input and output are terminals. */
  readonly interactive: boolean
  /** Whether standard output is a terminal. */
  readonly live: boolean
  /** How standard output looks now; the width changes with the window. */
  style(): Style
  /** How standard error looks. */
  complaintStyle(): Style
  /** All of standard input. */
  readInput(): Promise<string>
  readonly input: NodeJS.ReadStream
  readonly output: NodeJS.WriteStream
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The folder in which the command was started. */
  readonly folder: string
  now(): number
  /** Called when whoever read standard output has gone away. Returns how to take it back. */
  onReaderGone(react: () => void): () => void
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  const { stdin, stdout, stderr, env } = process
  const reactions = new Set<() => void>()
  let gone = false
  const lost = (error: NodeJS.ErrnoException): void => {
    if (!GONE.has(error.code)) throw error
    if (gone) return
    gone = true
    if (reactions.size === 0) process.exit(READER_GONE)
    for (const react of reactions) react()
  }
  // A terminal that was closed answers with an error, also to who reads: the signal that comes with it says what is to be done.
  stdin.on('error', (error: NodeJS.ErrnoException) => {
    if (!GONE.has(error.code)) throw error
  })
  stdout.on('error', lost)
  stderr.on('error', lost)
  const unicode = wantsUnicode(env)
  const styleOf = (stream: NodeJS.WriteStream): Style =>
    createStyle({ color: wantsColor(env, stream.isTTY), columns: stream.columns || widthOf(env, stream.isTTY), unicode })
  return {
    print: (text) => void (gone || stdout.write(text)),
    complain: (text) => void (gone || stderr.write(text)),
    interactive: stdin.isTTY && stdout.isTTY,
    live: stdout.isTTY && env.TERM !== 'dumb',
    style: () => styleOf(stdout),
    complaintStyle: () => styleOf(stderr),
    readInput: async () => {
      let text = ''
      for await (const chunk of stdin.setEncoding('utf8')) text += String(chunk)
      return text
    },
    input: stdin,
    output: stdout,
    environment: env,
    folder: process.cwd(),
    now: () => Date.now(),
    onReaderGone: (react) => {
      reactions.add(react)
      if (gone) react()
      return () => void reactions.delete(react)
    },
  }
}

/** How a write fails when nobody is there to read it: a pipe that was closed, or a terminal. */
const GONE: ReadonlySet<string | undefined> = new Set(['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED'])

/** The exit code of a command whose reader has gone, as a shell reports it (128 + SIGPIPE). */
export const READER_GONE = 141

/** A terminal that does not say how wide it is has 80 columns; what is piped may be a little wider. */
const widthOf = (environment: NodeJS.ProcessEnv, isTerminal: boolean): number => {
  const columns = Number(environment.COLUMNS)
  return Number.isInteger(columns) && columns > 0 ? columns : isTerminal ? 80 : 100
}
