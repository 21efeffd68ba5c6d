/** How a command is started: by the shell itself, or by a sandbox around it. */
import type { Environment } from './command-environment.ts'

/** A line for a shell, where to find that shell, and what it may see. */
export type ShellCommand = {
  readonly shell: string
  readonly command: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** How the started program ended, as the system says it. */
export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null }

/** What that says of the command. `notes` is for the model, a sentence each. */
export type LaunchEnd = {
  readonly exitCode?: number
  readonly signal?: string
  readonly leftovers: number
  readonly notes: readonly string[]
}

/** A program to start, once. */
export type Launch = {
  readonly program: string
  readonly words: readonly string[]
  readonly environment: Environment
  /** Whether standard error belongs to the program itself, the first processes are its own, and they end with the command. */
  readonly isConfined: boolean
  /** Told when the program runs. */
  started?(pid: number): void
  /** `said` is what the program said on standard error, `output` the last of the command's output. Throws a fault when the command was never started. */
  ended(exit: Exit, said: string, output: string): LaunchEnd
  /** Close what was opened for it. Never rejects. */
  close(): Promise<void>
}

/** One pipe for both outputs keeps their order. */
export const JOINED = 'exec "$1" -c "$2" 2>&1'

/** Without a sandbox. */
export const plainLaunch = ({ shell, command, environment }: ShellCommand): Launch => ({
  program: '/bin/sh',
  words: ['-c', JOINED, 'sh', shell, command],
  environment,
  isConfined: false,
  ended: ({ code, signal }) => ({
    leftovers: 0,
    notes: [],
    ...(code === null ? {} : { exitCode: code }),
    ...(signal === null ? {} : { signal }),
  }),
  close: () => Promise.resolve(),
})
