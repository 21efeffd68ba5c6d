/** A shell whose commands run in a sandbox, or the refusal to have one without. */
import { realpathSync } from 'node:fs'
import { AgentError } from '@seamfold/core/kit'
import type { BashOperations } from '../shell/bash-operations.ts'
import { localShell, type LocalShellOptions } from '../shell/local-shell.ts'
import { bubblewrap } from './bubblewrap.ts'
import { type SandboxStatus, sandboxStatus } from './find-bubblewrap.ts'
import { type SandboxOptions, type SandboxPlan, sandboxOptions, type SandboxMode, sandboxPlan } from './sandbox-options.ts'
import { isInside } from './look.ts'

export type SandboxedShellOptions = Pick<LocalShellOptions, 'directory' | 'environment'> & {
  readonly sandbox: SandboxMode | SandboxOptions
  /** What the machine has. Default: it is looked at, now. */
  readonly status?: SandboxStatus
}

/**
 * Throws `unsupported` in the mode `required` where the machine has no sandbox, `invalid_argument` for options that cannot be. In the
 * mode `auto` commands then run without, which is said once, and `outside` lets a person allow a command to run outside.
 */
export function sandboxedShell({ sandbox, status, ...where }: SandboxedShellOptions): BashOperations {
  const options = sandboxOptions(sandbox)
  const bare = localShell(where)
  if (options.mode === 'off') return bare
  const plan = sandboxPlan(realpathSync(where.directory), options)
  const found = unfit(plan) ?? status ?? sandboxStatus()
  if (found.state === 'ready') {
    const confined = localShell({ ...where, launch: bubblewrap(found, plan) })
    return { ...confined, about: aboutSandbox(plan), sandbox: 'bubblewrap', ...(options.mode === 'auto' ? { outside: bare } : {}) }
  }
  if (options.mode === 'required') {
    throw new AgentError(
      'unsupported',
      `Commands are to run in a sandbox, and there is none: ${found.why}. ${found.remedy}, or set the sandbox to 'auto' or 'off'`,
    )
  }
  const say = options.onMissing ?? ((why: string) => process.emitWarning(why))
  say(`Commands run without a sandbox: ${found.why}. ${found.remedy}`)
  return bare
}

/** A workspace that holds the home would show what is to be hidden. */
function unfit({ root, home }: SandboxPlan): SandboxStatus | undefined {
  if (!isInside(root, home)) return undefined
  return {
    state: 'missing',
    why: `the workspace ${root} holds the home folder ${home}, with its keys`,
    remedy: 'Work in a folder below it',
  }
}

function aboutSandbox({ network, writable }: SandboxPlan): string {
  const places = ['the workspace', '/tmp', ...writable].join(', ')
  const reach =
    network === 'none'
      ? 'There is no network.'
      : network === 'all'
        ? ''
        : `Of the network only these hosts can be reached, over HTTP and HTTPS: ${network.hosts.join(', ')}.`
  return `Commands run in a sandbox: they can write only to ${places}; /tmp and the home are empty at the start of each call. ${reach}`.trimEnd()
}
