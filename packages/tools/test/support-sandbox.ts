/** What the tests of the sandbox share: whether there is one here, and a command in it. */
import type { ToolResult } from '@seamfold/core/kit'
import { bashTool, type SandboxOptions, type SandboxStatus, sandboxedShell, sandboxStatus } from '@seamfold/tools'
import { call, textOf } from './support.ts'

export const status: SandboxStatus = sandboxStatus()

/** Where there is none, the tests that need one are skipped, and `.ci/run` has said so. */
export const noSandbox: boolean = status.state === 'missing'

export type Inside = {
  run(command: string, timeout?: number): Promise<ToolResult>
  /** What a command that must succeed wrote. */
  text(command: string): Promise<string>
}

/** Commands in a sandbox around this directory. */
export function inside(
  root: string,
  options: Partial<SandboxOptions> = {},
  ...[environment, machine = status]: readonly [environment?: Record<string, string> | undefined, machine?: SandboxStatus]
): Inside {
  const shell = sandboxedShell({
    directory: root,
    sandbox: { mode: 'required', ...options },
    status: machine,
    ...(environment ? { environment } : {}),
  })
  const bash = bashTool(shell)
  const run = (command: string, timeout?: number): Promise<ToolResult> =>
    call(bash, { command, ...(timeout === undefined ? {} : { timeout }) })
  return {
    run,
    async text(command) {
      const result = await run(command)
      if (result.isError) throw new Error(`it failed: ${textOf(result)}`)
      return textOf(result)
    },
  }
}
