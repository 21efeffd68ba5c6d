/** The `bash` tool: runs a command in the workspace. */
import { type Access, failed, succeeded, tool, type Tool, type ToolContext, type ToolResult } from '@seamfold/core/kit'
import { z } from 'zod'
import { toolInput } from '../base/tool-input.ts'
import type { BashOperations, CommandEnd } from '../shell/bash-operations.ts'
import { OutputWindow } from '../shell/output-window.ts'
import { ProgressStream } from '../shell/progress-stream.ts'
import { AS_WRITTEN, type Places } from '../shell-grammar/real-place.ts'
import { shellAccess } from '../shell-grammar/shell-access.ts'
import { fault, reporting } from '../workspace/fault.ts'

const DEFAULT_MS = 120_000
const MOST_MS = 600_000
/** What ending a command may take on top. */
const MARGIN_MS = 30_000

/** Not one by which programs find their code or their settings. */
const VARIABLE =
  /^(?!(?:PATH|HOME|SHELL|ENV|IFS|PS4|BASH_\w*|LD_\w*|DYLD_\w*|NODE_OPTIONS|PYTHON\w*|PERL\w*|RUBY\w*|GIT_(?:SSH|CONFIG|EXEC|ASKPASS|EXTERNAL|PROXY)\w*|SEAMFOLD_\w*)$)[A-Za-z_]\w{0,63}$/

const input = toolInput({
  command: z.string().min(1).describe('The command line, for bash'),
  env: z
    .record(z.string().regex(VARIABLE), z.string().regex(/^secret:\/\/[\w.-]+$/, 'give a reference: secret://NAME'))
    .optional()
    .describe('Variables whose values are secrets: {"TOKEN": "secret://NAME"}, then "$TOKEN" in the command. Default: none'),
  timeout: z.int().min(1).max(MOST_MS).default(DEFAULT_MS).describe(`Milliseconds, at most ${MOST_MS}. Default: ${DEFAULT_MS}`),
})

/**
 * Output beyond 1 MiB keeps its first and its last 512 KiB. `places`, a workspace, tells where the paths of a command really lead;
 * without it they are judged as they are written.
 */
export const bashTool = (shell: BashOperations, places: Places = AS_WRITTEN): Tool =>
  commandTool(shell, {
    name: 'bash',
    description: ['Run a command in the root of the workspace.', shell.about ?? '', EACH_CALL].filter((text) => text !== '').join(' '),
    access: shellAccess(places),
  })

/**
 * The tool `bash_outside`: a command that a sandbox does not allow, for a person to decide. No rule that allows single commands covers
 * it, only one that allows this tool or `exec` as a whole.
 */
export function outsideTool(shell: BashOperations, places: Places = AS_WRITTEN): Tool {
  const accessOf = shellAccess(places)
  return commandTool(shell, {
    name: 'bash_outside',
    description: `Run a command outside of the sandbox, when bash said that the sandbox does not allow what the task needs. A person is asked first. ${EACH_CALL}`,
    access: async (command) => (await accessOf(command)).map(undecided),
  })
}

const EACH_CALL =
  'Each call is a new shell with no input; what it started in the background ends with it. Prefer read, grep, glob, edit and write for files.'

/** A command whose parts are not judged one by one. */
function undecided(access: Access): Access {
  if (access.kind !== 'exec') return access
  const { commands: _, ...rest } = access
  return { ...rest, undecided: 'it would run outside of the sandbox' }
}

type CommandTool = {
  readonly name: string
  readonly description: string
  readonly access: (command: string) => readonly Access[] | Promise<readonly Access[]>
}

const commandTool = (shell: BashOperations, { name, description, access }: CommandTool): Tool =>
  tool({
    name,
    description,
    input,
    secrets: ['env'],
    ...(shell.sandbox === undefined ? {} : { sandbox: shell.sandbox }),
    access: ({ command }) => access(command),
    effect: 'unsafe',
    timeoutMs: MOST_MS + MARGIN_MS,
    execute: reporting(async ({ command, env, timeout }: z.infer<typeof input>, context: ToolContext) => {
      refuseReferences(command, env)
      const output = new OutputWindow()
      const progress = new ProgressStream((text) => context.progress(text))
      const end = await shell
        .run(command, {
          timeoutMs: timeout,
          ...(env === undefined ? {} : { environment: env }),
          signal: context.signal,
          onOutput(chunk) {
            output.add(chunk)
            progress.add(chunk)
          },
        })
        .finally(() => progress.end())
      return commandResult(end, output, timeout)
    }),
  })

/** A secret belongs in no command line, which every program of this machine may see. */
function refuseReferences(command: string, env: Readonly<Record<string, string>> = {}): void {
  const unresolved = Object.values(env).find((value) => value.startsWith('secret://'))
  if (unresolved !== undefined) throw fault('invalid_input', `${unresolved} is not known: no secrets are offered here`)
  if (/secret:\/\/[\w.-]/.test(command))
    throw fault('invalid_input', 'A secret cannot stand in the command: give it in env, {"TOKEN": "secret://NAME"}, and write "$TOKEN"')
}

/** What a command came to, in words and numbers. */
function commandResult(end: CommandEnd, output: OutputWindow, timeout: number): ToolResult {
  const { ending, exitCode, signal, leftovers, notes = [] } = end
  const text = output.text()
  const metadata = {
    output_bytes: output.total,
    leftovers,
    ending,
    ...(exitCode === undefined ? {} : { exit_code: exitCode }),
    ...(signal === undefined ? {} : { signal }),
  }
  const say = (note: string): string => (text === '' ? note : `${text}${text.endsWith('\n') ? '' : '\n'}${note}`)
  const known = exitCode === undefined || exitCode === 0 ? {} : { exitCode }
  switch (ending) {
    case 'timed_out': {
      const note = `[Ended after ${timeout} ms, its timeout. What it did until then stays done and may have taken effect: check before running it again]`
      return failed(say(note), { kind: 'timeout', ...known, metadata: { ...metadata, outcome: 'unknown' } })
    }
    case 'cancelled':
      return failed(say('[Cancelled. What it did until then stays done]'), {
        kind: 'cancelled',
        ...known,
        metadata: { ...metadata, outcome: 'unknown' },
      })
    case 'exited': {
      const left = [...leftNote(leftovers), ...notes.map((note) => `[${note}]`)].join('\n')
      if (exitCode === 0) return succeeded(left === '' ? text || '[no output]' : say(left), metadata)
      const how = signal === undefined ? `[exit code ${exitCode ?? 'unknown'}]` : `[ended by signal ${signal}]`
      return failed(say(left === '' ? how : `${left}\n${how}`), { ...known, metadata })
    }
  }
}

const leftNote = (count: number): readonly string[] =>
  count === 0 ? [] : [`[${count} ${count === 1 ? 'process that it left was' : 'processes that it left were'} ended]`]
