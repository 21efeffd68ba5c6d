/** Runs ripgrep, where the machine has it, to list files or to find those that may match. */
import { spawn } from 'node:child_process'

/** Only the ignore files inside the directory count, in any tree, and hidden files are files. */
const LISTING = [
  '--no-config',
  '--hidden',
  '--null',
  '--no-messages',
  '--no-require-git',
  '--no-ignore-parent',
  '--no-ignore-global',
  '--no-ignore-exclude',
  '--glob=!.git',
]

/** Where to look, absolute, what for (without an expression every file is listed), and until when on the clock of `performance`. */
export type RipgrepQuery = {
  readonly directory: string
  readonly expression?: string
  readonly signal: AbortSignal
  readonly deadline: number
}

/** The paths below the directory in no order, or `undefined`: there is no ripgrep, or it did not accept the expression. */
export async function ripgrep(program: string, { directory, expression, signal, deadline }: RipgrepQuery): Promise<string[] | undefined> {
  const search = expression === undefined ? ['--files'] : ['--files-with-matches', '--text', '--encoding=none', `--regexp=${expression}`]
  const child = spawn(program, [...LISTING, ...search, './'], { cwd: directory, stdio: ['ignore', 'pipe', 'ignore'] })
  const stop = (): void => void child.kill('SIGKILL')
  signal.addEventListener('abort', stop, { once: true })
  const timer = setTimeout(stop, Math.max(0, deadline - performance.now()))
  try {
    const ended = new Promise<number | null>((resolve) => {
      child.once('error', () => resolve(null))
      child.once('close', (code) => resolve(code))
    })
    const pieces: Buffer[] = []
    child.stdout.on('data', (piece: Buffer) => void pieces.push(piece))
    const code = await ended
    signal.throwIfAborted()
    const text = Buffer.concat(pieces).toString('utf8')
    // 1 is «no match», or no file; 2 is an error, but also a file that went away in the meantime while others matched.
    if (code === 0 || code === 1 || (code === 2 && text !== ''))
      return text
        .split('\0')
        .filter((path) => path !== '')
        .map((path) => path.slice(2))
    return undefined
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
}
