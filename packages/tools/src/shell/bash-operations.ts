/** The seam for running commands: give another one to run them in a sandbox or on another machine. */

/** `exited`: by itself. `timed_out`, `cancelled`: it was ended, and what it did until then stays done. */
export type CommandEnding = 'exited' | 'timed_out' | 'cancelled'

/** How a command ended. `exitCode` is missing when a signal ended it. `leftovers` counts processes that had to be ended after it. */
export type CommandEnd = {
  readonly ending: CommandEnding
  readonly exitCode?: number
  readonly signal?: string
  readonly leftovers: number
  /** What the model should know beside the output: what a sandbox did not allow, for instance. Default: nothing. */
  readonly notes?: readonly string[]
}

/** How a command is to be run. */
export interface CommandOptions {
  /** Milliseconds, at least 1. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** Variables beside those that every command gets. Their values may be secrets: they must stand in no command line. Default: none. */
  readonly environment?: Readonly<Record<string, string>>
  /** Gets standard output and standard error as they come, in their order as far as the far side can tell. */
  onOutput(chunk: Uint8Array): void
}

/**
 * Runs commands of a POSIX shell in the root of a workspace.
 *
 * Contract:
 * - When `run` resolves, nothing that the command started is running any more.
 * - It resolves soon after the timeout or the signal, whoever holds the output open.
 * - Standard input is empty. Memory does not grow with the output.
 * - It rejects only when the command could not be started.
 */
export interface BashOperations {
  run(command: string, options: CommandOptions): Promise<CommandEnd>
  /** What a model should know of the place before it runs commands there, as a sentence. Default: nothing. */
  readonly about?: string
  /** The sandbox that commands run in, by name. Default: none. */
  readonly sandbox?: string
  /** Runs commands outside of the sandbox that `run` keeps them in, for those that a person allows. Default: nobody may. */
  readonly outside?: BashOperations
}
