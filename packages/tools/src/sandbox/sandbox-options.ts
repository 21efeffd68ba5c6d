/** What a sandbox may be told, and its defaults. */
import { homedir } from 'node:os'
import { isAbsolute, resolve } from 'node:path'
import { AgentError } from '@seamfold/core/kit'
import { isInside } from './look.ts'

/** `off`: none. `auto`: where the machine has one; where it has none, that is said once. `required`: nothing runs without it. */
export type SandboxMode = 'off' | 'auto' | 'required'

/** What one command may use. Which of these bind the command as a whole, and which each of its processes, `sandboxStatus` tells. */
export type SandboxLimits = {
  /** Bytes of memory. Default: 8 GiB. */
  readonly memoryBytes?: number
  /** Processes and threads at once. Default: 1,024. */
  readonly processes?: number
  /** Bytes in the temporary folder, and as many in the home. Default: 1 GiB. */
  readonly temporaryBytes?: number
}

/** How commands are kept apart from the machine. Paths are absolute, relative to the workspace, or begin with `~/`. */
export type SandboxOptions = {
  readonly mode: SandboxMode
  /**
   * What commands may reach. `none`: nothing. `all`: what this machine reaches, its own services too. Hosts: these, over HTTP and
   * HTTPS, through a proxy; `*.example.com` stands for all below it, `host:port` for other ports than 80 and 443. Default: `none`.
   */
  readonly network?: 'none' | 'all' | { readonly hosts: readonly string[] }
  /** Folders and files that commands may write beside the workspace. Default: none. */
  readonly writable?: readonly string[]
  /** Folders and files that they may read although they lie in the home or outside of the system's folders. Default: none. */
  readonly readable?: readonly string[]
  /** Folders and files of the workspace that they may read and not change. `.git/hooks` and `.git/config` always are. Default: none. */
  readonly frozen?: readonly string[]
  /**
   * Folders that they find empty, and files that they may not read. A glob stands for what it matches in the workspace when a command
   * starts, for up to 200 places among the first 2,000 folders. `.seamfold` of the workspace always is hidden. Default: none.
   */
  readonly hidden?: readonly string[]
  readonly limits?: SandboxLimits
  /**
   * Hears once why there is no sandbox, in the mode `auto`. Default: a warning of the process.
   */
  readonly onMissing?: (why: string) => void
}

/** Options with every default filled in and every path absolute. */
export type SandboxPlan = {
  readonly root: string
  readonly home: string
  readonly network: NonNullable<SandboxOptions['network']>
  readonly writable: readonly string[]
  readonly readable: readonly string[]
  readonly frozen: readonly string[]
  readonly hidden: readonly string[]
  readonly limits: Required<SandboxLimits>
}

const GIB = 1024 ** 3
const LIMITS: Required<SandboxLimits> = { memoryBytes: 8 * GIB, processes: 1_024, temporaryBytes: GIB }
const MODES: readonly SandboxMode[] = ['off', 'auto', 'required']
const HOST = /^(?:\*\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/i

/** A mode alone is short for options with that mode. Throws `invalid_argument` for another. */
export function sandboxOptions(given: SandboxMode | SandboxOptions): SandboxOptions {
  const options = typeof given === 'string' ? { mode: given } : given
  if (MODES.includes(options.mode)) return options
  throw new AgentError('invalid_argument', `There is no sandbox mode '${options.mode}'. Modes: ${MODES.join(', ')}`)
}

/** Throws `invalid_argument` for limits and hosts that cannot be. `root` is the workspace, absolute, without links. */
export function sandboxPlan(root: string, options: SandboxOptions, home: string = homedir()): SandboxPlan {
  const limits = { ...LIMITS, ...options.limits }
  for (const [name, value] of Object.entries(limits)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new AgentError('invalid_argument', `The sandbox limit ${name} is ${String(value)}. Give a whole number above zero`)
    }
  }
  const { network = 'none' } = options
  for (const host of typeof network === 'string' ? [] : network.hosts) {
    if (!HOST.test(host)) {
      throw new AgentError(
        'invalid_argument',
        `${JSON.stringify(host)} is no host for the sandbox. Write example.com, *.example.com or example.com:8443`,
      )
    }
  }
  const absolute = (paths: readonly string[] = []): readonly string[] => paths.map((path) => absolutePath(path, { root, home }))
  const opened = absolute([...(options.writable ?? []), ...(options.readable ?? [])]).find((path) => isInside(path, home))
  if (opened !== undefined) {
    throw new AgentError(
      'invalid_argument',
      `The sandbox cannot open ${opened}: it holds the home folder ${home}, with its keys. Name folders below it`,
    )
  }
  return {
    root,
    home,
    network,
    writable: absolute(options.writable),
    readable: absolute(options.readable),
    frozen: absolute(options.frozen),
    hidden: absolute(options.hidden),
    limits,
  }
}

function absolutePath(path: string, { root, home }: { readonly root: string; readonly home: string }): string {
  if (path === '' || path.includes('\0')) throw new AgentError('invalid_argument', `${JSON.stringify(path)} is no path for the sandbox`)
  if (path === '~' || path.startsWith('~/')) return resolve(home, path.slice(2))
  return isAbsolute(path) ? resolve(path) : resolve(root, path)
}
