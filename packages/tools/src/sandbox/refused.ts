/** Says in words what a sandbox did not allow, so that a model does not look for the fault elsewhere. */
import type { MovedAside } from './set-aside.ts'

export type Outcome = {
  readonly failed: boolean
  /** The last of what the command wrote. */
  readonly output: string
  readonly root: string
  readonly hasNetwork: boolean
  /** Hosts that it asked for, as `host:port`. */
  readonly refusedHosts: readonly string[]
  readonly aside: readonly MovedAside[]
}

const MOST_HOSTS = 10
const WRITING = /read-only file system|EROFS|device or resource busy|EBUSY/i
const REACHING =
  /could not resolve|name resolution|network is unreachable|ENETUNREACH|EAI_AGAIN|name or service not known|failed to lookup|no such host|connection refused|ECONNREFUSED/i
const MISSING = /operation not permitted|EPERM|permission denied|EACCES|no such file or directory|ENOENT/i
const LARGE = /cannot allocate memory|out of memory|ENOMEM|resource temporarily unavailable|EAGAIN|cannot fork|no space left|ENOSPC/i

/** A sentence for each thing; nothing where nothing looks refused. */
export function notesOf({ failed, output, root, hasNetwork, refusedHosts, aside }: Outcome): readonly string[] {
  const moved = aside.map(
    ({ from, to }) => `The sandbox does not allow ${from} to be made, because it would be run or believed outside: it is now ${to}`,
  )
  const hosts = refusedHosts.length === 0 ? [] : [`The sandbox does not allow these hosts: ${refusedHosts.slice(0, MOST_HOSTS).join(', ')}`]
  if (!failed) return [...moved, ...hosts]
  return [
    ...moved,
    ...hosts,
    ...(WRITING.test(output)
      ? [
          `The sandbox does not allow writing outside of ${root} and /tmp, nor to what it keeps frozen there, such as .git/hooks and .git/config`,
        ]
      : []),
    ...(!hasNetwork && hosts.length === 0 && REACHING.test(output) ? ['The sandbox does not allow the network'] : []),
    ...(!WRITING.test(output) && MISSING.test(output)
      ? ['This ran in a sandbox: outside of the workspace it sees programs and settings of the system only, and an empty home and /tmp']
      : []),
    ...(LARGE.test(output) ? ['The sandbox limits memory, processes and the size of /tmp'] : []),
  ]
}
