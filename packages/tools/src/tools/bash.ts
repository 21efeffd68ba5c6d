/** The `bash` tool: runs a command in the workspace. */
import { failed, succeeded, tool, type Tool, type ToolContext, type ToolResult } from '@seamfold/core/kit'
import { z } from 'zod'
import { toolInput } from '../base/tool-input.ts'
import type { BashOperations, CommandEnd } from '../shell/bash-operations.ts'
import { OutputWindow } from '../shell/output-window.ts'
import { ProgressStream } from '../shell/progress-stream.ts'
import { AS_WRITTEN, type Places } from '../shell-grammar/real-place.ts'
import { shellAccess } from '../shell-grammar/shell-access.ts'
import { reporting } from '../workspace/fault.ts'

const DEFAULT_MS = 120_000
const MOST_MS = 600_000
/** What ending a command may take on top. */
const MARGIN_MS = 30_000

const input = toolInput({
  command: z.string().min(1).describe('The command line, for bash'),
  timeout: z.int().min(1).max(MOST_MS).default(DEFAULT_MS).describe(`Milliseconds, at most ${MOST_MS}. Default: ${DEFAULT_MS}`),
})

/**
 * Output beyond 1 MiB keeps its first and its last 512 KiB. `places`, a workspace, tells where the paths of a command really lead;
 * without it they are judged as they are written.
 */
export function bashTool(shell: BashOperations, places: Places = AS_WRITTEN): Tool {
  const accessOf = shellAccess(places)
  return tool({
    name: 'bash',
    description:
      'Run a command in the root of the workspace. Each call is a new shell with no input; what it started in the background ends with it. Prefer read, grep, glob, edit and write for files.',
    input,
    access: ({ command }) => accessOf(command),
    effect: 'unsafe',
    timeoutMs: MOST_MS + MARGIN_MS,
    execute: reporting(async ({ command, timeout }: z.infer<typeof input>, context: ToolContext) => {
      const output = new OutputWindow()
      const progress = new ProgressStream((text) => context.progress(text))
      const end = await shell
        .run(command, {
          timeoutMs: timeout,
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
}

/** What a command came to, in words and numbers. */
function commandResult(end: CommandEnd, output: OutputWindow, timeout: number): ToolResult {
  const { ending, exitCode, signal, leftovers } = end
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
      const left =
        leftovers > 0 ? `[${leftovers} ${leftovers === 1 ? 'process that it left was' : 'processes that it left were'} ended]` : ''
      if (exitCode === 0) return succeeded(left === '' ? text || '[no output]' : say(left), metadata)
      const how = signal === undefined ? `[exit code ${exitCode ?? 'unknown'}]` : `[ended by signal ${signal}]`
      return failed(say(left === '' ? how : `${left}\n${how}`), { ...known, metadata })
    }
  }
}
