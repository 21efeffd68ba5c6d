/** A hook executor whose far side is a command: JSON on its standard input and output, exit code 2 blocks. */
import { AgentError, type Clock, type HookDecision, type HookEvent, type HookExecutor, systemHost } from '@seamfold/core/kit'
import { excerpt, isGate, readDecision } from './decision.ts'
import { DEPTH_VARIABLE, type DepthOptions, nextDepth } from './depth.ts'
import { type CommandEnd, runCommand } from './run-command.ts'
import { checkLimits, DEFAULT_TIMEOUT_MS, withinTime } from './within-time.ts'

/** The program and its arguments as they are, or a line for `/bin/sh`. What happens is told on standard input, never in the line. */
type CommandOrShell =
  | { readonly command: readonly [string, ...string[]]; readonly shell?: undefined }
  | { readonly shell: string; readonly command?: undefined }

export type CommandHooksOptions = CommandOrShell &
  DepthOptions & {
    /** Where it runs. Default: where this process does. */
    readonly directory?: string
    /** All variables that it sees. Default: those of this process. */
    readonly environment?: Readonly<Record<string, string | undefined>>
    /** Milliseconds until it is killed; `0` means no limit. Default: 30,000. */
    readonly timeoutMs?: number
    /** Bytes that it may write to its standard output. Default: 1,000,000. */
    readonly maxOutputBytes?: number
    readonly clock?: Clock
  }

const DEFAULT_OUTPUT_BYTES = 1_000_000
/** The exit code that blocks. What it complained is the reason. */
const BLOCKS = 2

/** Starts the command for each hook. Throws `invalid_argument` for options that cannot work, `unsupported` on Windows. */
export function commandHooks(options: CommandHooksOptions): HookExecutor {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, maxOutputBytes = DEFAULT_OUTPUT_BYTES, clock = systemHost().clock } = options
  checkLimits({ timeoutMs, maxOutputBytes, depth: options.depth, maxDepth: options.maxDepth })
  if (process.platform === 'win32')
    throw new AgentError('unsupported', 'Command hooks need process groups, which Windows has not: use httpHooks')
  const [program, ...args] = commandOf(options)
  const who = `The command ${excerpt(options.shell ?? [program, ...args].join(' '), 80)}`
  return {
    contract: 1,
    async fire(event, { signal }) {
      const end = await withinTime({ clock, timeoutMs, signal, who }, async (until) =>
        runCommand({
          program,
          args,
          directory: options.directory,
          environment: { ...(options.environment ?? process.env), [DEPTH_VARIABLE]: String(nextDepth(options)) },
          input: `${JSON.stringify(event)}\n`,
          maxOutputBytes,
          signal: until,
          who,
        }),
      )
      return decisionOf(event, end, who)
    },
  }
}

function commandOf({ command, shell }: CommandHooksOptions): readonly [string, ...string[]] {
  if ((command === undefined) === (shell === undefined))
    throw new AgentError(
      'invalid_argument',
      "A command hook needs either 'command', a list of the program and its arguments, or 'shell', a line",
    )
  if (shell !== undefined && shell.trim() === '') throw new AgentError('invalid_argument', "The option 'shell' is empty")
  const line = command ?? (['/bin/sh', '-c', shell ?? ''] as const)
  const wrong = line.find((word) => typeof word !== 'string' || word.includes('\0'))
  if (wrong !== undefined || !line[0])
    throw new AgentError(
      'invalid_argument',
      `The option 'command' must be a list of strings that begins with a program; it is ${JSON.stringify(command)}`,
    )
  return line
}

function decisionOf(event: HookEvent, { code, killedBy, output, complaint }: CommandEnd, who: string): HookDecision | undefined {
  const words = complaint.trim()
  if (code === 0) return isGate(event) ? readDecision(output, who) : undefined
  if (code === BLOCKS && isGate(event)) return { decision: 'block', reason: words || `${who} blocks it` }
  const how = code === null ? `was ended by ${killedBy}` : `failed with exit code ${code}`
  const late = code === BLOCKS ? `, and ${event.hook} blocks nothing: it tells what has happened` : ''
  throw new AgentError('contract_violation', `${who} ${how}${late}${words === '' ? '' : `: ${excerpt(words, 500)}`}`, {
    details: { exitCode: code },
  })
}
