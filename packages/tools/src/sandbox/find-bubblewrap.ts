/** Finds out whether this machine can keep commands in a sandbox, by trying it. */
import { spawnSync } from 'node:child_process'
import { accessSync, constants, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { openControlGroup, sweepControlGroups } from './control-group.ts'
import type { SandboxLimits } from './sandbox-options.ts'

/**
 * `command`: limits hold for all processes of a command together. `process`: memory for each process by itself, processes for all of
 * the command. `time`: memory for each process; their number, which the kernel does not limit for root, is looked at from time to time.
 */
export type LimitReach = 'command' | 'process' | 'time'

/** What this machine has. `missing`: `why` it cannot be, and what to do. */
export type SandboxStatus =
  | { readonly state: 'ready'; readonly program: string; readonly version: string; readonly limits: LimitReach }
  | { readonly state: 'missing'; readonly why: string; readonly remedy: string }

const FOLDERS = ['/usr/bin', '/bin', '/usr/local/bin', '/run/current-system/sw/bin'] as const
const INSTALL =
  'Install bubblewrap 0.8 or newer: apt-get install bubblewrap, dnf install bubblewrap, pacman -S bubblewrap, apk add bubblewrap util-linux'
const PROBE_MS = 10_000
const PROBE_LIMITS: Required<Pick<SandboxLimits, 'memoryBytes' | 'processes'>> = { memoryBytes: 1024 ** 3, processes: 100 }
/** What all calls share; paths are those of every Linux that has a shell. */
export const APART = ['--unshare-all', '--unshare-user', '--disable-userns', '--die-with-parent', '--cap-drop', 'ALL'] as const
const PROBE = [
  ...APART,
  '--ro-bind',
  '/',
  '/',
  '--proc',
  '/proc',
  '--dev',
  '/dev',
  '--size',
  '1048576',
  '--tmpfs',
  '/tmp',
  '--',
  '/bin/sh',
  '-c',
] as const
const NEEDED = 'prlimit --data=1000000000 --nproc=100 setsid -f -w true'

/** Takes some ten milliseconds. `folders` is where bubblewrap is looked for. */
export function sandboxStatus(folders: readonly string[] = FOLDERS): SandboxStatus {
  if (process.platform !== 'linux') {
    return {
      state: 'missing',
      why: `there is no sandbox for ${process.platform}`,
      remedy: 'Run the agent in a container or a virtual machine',
    }
  }
  const program = folders.map((folder) => join(folder, 'bwrap')).find(isProgram)
  if (program === undefined) return { state: 'missing', why: 'bubblewrap is not installed', remedy: INSTALL }
  const version = /\d+\.\d+\.\d+/.exec(run(program, ['--version']).stdout)?.[0] ?? '0.0.0'
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major === 0 && minor < 8) return { state: 'missing', why: `bubblewrap is ${version}, which is too old`, remedy: INSTALL }
  const tried = run(program, [...PROBE, 'true'])
  if (tried.status !== 0) return { state: 'missing', why: `bubblewrap cannot make a sandbox here: ${tried.stderr.trim()}`, remedy: REMEDY }
  const whole = run(program, [...PROBE, NEEDED])
  if (whole.status !== 0) {
    return { state: 'missing', why: `prlimit and setsid do not work: ${whole.stderr.trim()}`, remedy: 'Install util-linux' }
  }
  return { state: 'ready', program, version, limits: limitReach() }
}

const REMEDY = [
  'Ordinary users must be allowed to make user namespaces: see kernel.unprivileged_userns_clone, user.max_user_namespaces and,',
  'on Ubuntu, kernel.apparmor_restrict_unprivileged_userns. In a container, start it with a seccomp profile that allows them',
].join(' ')

function limitReach(): LimitReach {
  sweepControlGroups()
  const group = openControlGroup(PROBE_LIMITS)
  if (group !== undefined) {
    const joined = spawnSync('/bin/sh', ['-c', JOINING, 'sh', String(group.joining.length), ...group.joining, 'true'], {
      timeout: PROBE_MS,
    })
    void group.remove()
    if (joined.status === 0) return 'command'
  }
  return process.getuid?.() === 0 ? 'time' : 'process'
}

/** Puts itself into groups, then becomes another program. Arguments: how many groups, their files, the program with its arguments. */
export const JOINING = 'left=$1; shift; while [ $left -gt 0 ]; do echo 0 > "$1" || exit 125; shift; left=$((left - 1)); done; exec "$@"'

const run = (program: string, words: readonly string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(program, words, { encoding: 'utf8', timeout: PROBE_MS, env: { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C' } })

/** Only programs of the system: one in a folder that the model may write is not trusted. */
function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(realpathSync(path)).isFile()
  } catch {
    return false
  }
}
