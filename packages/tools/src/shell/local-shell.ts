/** Runs commands on this machine, each in a session of its own that ends as a whole. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { fault } from '../workspace/fault.ts'
import type { BashOperations, CommandEnd, CommandEnding, CommandOptions } from './bash-operations.ts'
import { commandEnvironment, type Environment } from './command-environment.ts'
import { endCommand } from './end-command.ts'
import { CommandProcesses, MARKER_VARIABLE } from './process-tree.ts'
import { type Exit, type Launch, plainLaunch, type ShellCommand } from './launch.ts'
import { startWatcher, type Watcher } from './watcher.ts'

/** Where and with what commands run. */
export interface LocalShellOptions {
  readonly directory: string
  /** The whole environment that commands see. Default: `commandEnvironment()`, this process's own without what looks like a key. */
  readonly environment?: Environment
  /** How a command is started. Default: by the shell itself, with everything that this process may do. */
  readonly launch?: (command: ShellCommand) => Promise<Launch>
}

/** Milliseconds between being asked to end and being killed. */
const GRACE_MS = 2_000
/** The same for what is left when the command itself has ended. */
const LEFTOVER_GRACE_MS = 300
/** How long what is left may take to end by itself before it is called left. */
const SETTLE_MS = 60
/** How long the output may stay open when the shell has ended: filters behind it may still be writing. */
const DRAIN_MS = 200
/** The kernel takes no longer argument. */
const COMMAND_BYTES = 128 * 1024 - 1

/** Never wait for a person: no pager, no questions. */
const QUIET = { PAGER: 'cat', GIT_PAGER: 'cat', GIT_TERMINAL_PROMPT: '0' }

/** The last of an output, and the first of what a program says of itself, that are looked at. */
const LOOKED_AT_BYTES = 16 * 1024

export function localShell({ directory, environment, launch }: LocalShellOptions): BashOperations {
  const shell = ['/bin/bash', '/usr/bin/bash', '/usr/local/bin/bash'].find((path) => existsSync(path)) ?? '/bin/sh'
  return {
    async run(command, options) {
      refuse(command)
      options.signal.throwIfAborted()
      const marker = randomUUID()
      const given = { ...(environment ?? commandEnvironment()), ...options.environment, ...QUIET, [MARKER_VARIABLE]: markers(marker) }
      const line = { shell, command, environment: given }
      const launched = launch === undefined ? plainLaunch(line) : await launch(line)
      const watcher = startWatcher(marker)
      try {
        const child = spawn(launched.program, [...launched.words], {
          cwd: directory,
          detached: true,
          env: launched.environment,
          stdio: ['ignore', 'pipe', 'pipe'],
        })
        return await new Running(child, { marker, watcher, options, launched }).end
      } finally {
        await launched.close()
      }
    },
  }
}

function refuse(command: string): void {
  if (process.platform === 'win32') throw fault('unsupported', 'Commands need a POSIX shell. Give the workspace a shell of your own')
  if (command.includes('\0')) throw fault('invalid_input', 'The command has a NUL byte: no program can get it')
  const bytes = Buffer.byteLength(command)
  if (bytes > COMMAND_BYTES) {
    throw fault(
      'invalid_input',
      `The command has ${bytes} bytes; at most ${COMMAND_BYTES} can be passed. Write it to a file and run the file`,
    )
  }
}

/** An agent that was itself started by a command keeps that one's marker, so that ending the outer ends the inner. */
const markers = (marker: string): string => [process.env[MARKER_VARIABLE], marker].filter((one) => one !== undefined).join(' ')

type Guarded = { readonly marker: string; readonly watcher: Watcher; readonly options: CommandOptions; readonly launched: Launch }

/** One command from its start until nothing of it is left. */
class Running {
  readonly end: Promise<CommandEnd>
  readonly #child: ChildProcess
  readonly #guarded: Guarded
  #ending: CommandEnding = 'exited'
  /** What a confining program says of itself, and the last of the command's output. */
  #said = Buffer.alloc(0)
  #output = Buffer.alloc(0)

  constructor(child: ChildProcess, guarded: Guarded) {
    this.#child = child
    this.#guarded = guarded
    for (const stream of [child.stdout, child.stderr]) stream?.on('error', () => undefined)
    const { isConfined } = guarded.launched
    child.stdout?.on('data', (chunk: Buffer) => {
      if (isConfined) this.#output = Buffer.concat([this.#output, chunk]).subarray(-LOOKED_AT_BYTES)
      guarded.options.onOutput(chunk)
    })
    child.stderr?.on('data', (chunk: Buffer) => {
      if (isConfined) this.#said = Buffer.concat([this.#said, chunk]).subarray(0, LOOKED_AT_BYTES)
      else guarded.options.onOutput(chunk)
    })
    this.end = this.#follow().finally(() => guarded.watcher.dismiss())
  }

  async #follow(): Promise<CommandEnd> {
    const { watcher, marker, launched } = this.#guarded
    const closed = new Promise<void>((resolve) => void this.#child.once('close', () => resolve()))
    const exited = new Promise<Exit>((resolve, reject) => {
      this.#child.once('exit', (code, signal) => resolve({ code, signal }))
      this.#child.once('error', (error) => reject(fault('failed', `The command could not be started: ${error.message}`, error)))
    })
    const { pid } = this.#child
    if (pid === undefined) return exited.then(() => ({ ending: 'exited', leftovers: 0 }))
    watcher.guard(pid)
    launched.started?.(pid)
    const processes = new CommandProcesses(pid, { marker, isConfined: launched.isConfined })
    const exit = await this.#stopEarly(exited, () => endCommand(processes, GRACE_MS))
    await drained(closed)
    const leftovers = await endCommand(processes, LEFTOVER_GRACE_MS, SETTLE_MS)
    this.#child.stdout?.destroy()
    this.#child.stderr?.destroy()
    const end = launched.ended(exit, this.#said.toString('utf8'), this.#output.toString('utf8'))
    return { ...end, ending: this.#ending, leftovers: launched.isConfined ? end.leftovers : leftovers }
  }

  async #stopEarly(exited: Promise<Exit>, stop: () => Promise<number>): Promise<Exit> {
    const { timeoutMs, signal } = this.#guarded.options
    let stopped: Promise<number> | undefined
    const stopAs = (ending: CommandEnding): void => {
      if (stopped !== undefined) return
      this.#ending = ending
      stopped = stop()
    }
    const timer = setTimeout(() => stopAs('timed_out'), timeoutMs)
    const onAbort = (): void => stopAs('cancelled')
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      const exit = await exited
      clearTimeout(timer)
      await stopped
      return exit
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    }
  }
}

/** Wait for the output to close, but not for ever. */
async function drained(closed: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, DRAIN_MS)))
  await Promise.race([closed, late])
  clearTimeout(timer)
}
