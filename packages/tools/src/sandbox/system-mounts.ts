/** What commands in a sandbox see of the machine: its programs and settings, read-only, and nobody's home. */
import { existsSync, readlinkSync, realpathSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { isInside, lookAt } from './look.ts'
import type { SandboxPlan } from './sandbox-options.ts'

/** Folders of programs and settings. What is not named here is not there: `/run` with its sockets, `/mnt`, `/srv`, other homes. */
const SYSTEM = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/etc', '/opt', '/nix/store', '/gnu/store'] as const

/** Settings that only administrators read: they matter where the agent itself is root. */
const SECRET_SETTINGS = [
  '/etc/shadow',
  '/etc/shadow-',
  '/etc/gshadow',
  '/etc/gshadow-',
  '/etc/sudoers',
  '/etc/sudoers.d',
  '/etc/ssh',
  '/etc/ssl/private',
  '/etc/krb5.keytab',
  '/etc/kubernetes',
  '/etc/wireguard',
  '/etc/NetworkManager/system-connections',
  '/etc/docker',
] as const

/** Parts of `/proc` that belong to the machine and not to the processes in a sandbox: for root they are writable, or tell too much. */
const OF_THE_MACHINE = ['sys', 'fs', 'irq', 'bus', 'acpi', 'scsi', 'driver', 'mtrr', 'pressure', 'dynamic_debug', 'sysrq-trigger'] as const
const TELLING = ['kcore', 'keys', 'key-users', 'kmsg', 'kallsyms', 'iomem', 'timer_list', 'config.gz'] as const

/** What programs need of a home: tools that were installed there, and who makes commits. Never the home itself. */
const OF_THE_HOME = [
  '.gitconfig',
  '.config/git/config',
  '.config/git/ignore',
  '.config/git/attributes',
  '.nvm',
  '.fnm',
  '.local/share/fnm',
  '.local/share/mise/installs',
  '.local/share/pnpm',
  '.local/share/uv',
  '.volta',
  '.asdf',
  '.bun/bin',
  '.deno/bin',
  '.cargo/bin',
  '.rustup',
  '.pyenv',
  '.rbenv',
  '.sdkman/candidates',
  'go/bin',
] as const

/** Words for bubblewrap. */
export const readOnly = (path: string): readonly string[] => ['--ro-bind', path, path]

const inMemory = (path: string, bytes: number): readonly string[] => ['--size', String(bytes), '--tmpfs', path]

/** Nothing is read there, and nothing written: a device cannot be opened on what is mounted in a sandbox. */
export function emptied(path: string): readonly string[] {
  const found = lookAt(path)
  if (found === undefined || found === 'link') return []
  return found === 'folder' ? ['--tmpfs', path, '--remount-ro', path] : ['--ro-bind', '/dev/null', path]
}

/** `searched` is the value of PATH that commands get. */
export function systemMounts({ root, home, network, readable, limits }: SandboxPlan, searched: string): readonly string[] {
  return [
    ...SYSTEM.flatMap(systemFolder),
    ...SECRET_SETTINGS.flatMap(emptied),
    '--proc',
    '/proc',
    ...OF_THE_MACHINE.map((name) => join('/proc', name)).flatMap(existing),
    ...TELLING.map((name) => join('/proc', name)).flatMap(emptied),
    '--dev',
    '/dev',
    ...inMemory('/tmp', limits.temporaryBytes),
    ...inMemory('/run', limits.temporaryBytes),
    ...inMemory('/var/tmp', limits.temporaryBytes),
    '--symlink',
    '/run',
    '/var/run',
    ...(isPrivateHome(home) ? inMemory(home, limits.temporaryBytes) : []),
    ...OF_THE_HOME.map((name) => join(home, name)).flatMap(existing),
    ...searched.split(':').flatMap((folder) => installedAt(folder, home)),
    ...(network === 'all' ? namesOfHosts() : []),
    ...readable.filter((path) => !isInside(root, path)).flatMap(existing),
  ]
}

/** A home that is a folder of its own, which can be replaced by an empty one. */
const isPrivateHome = (home: string): boolean => home !== '/' && !SYSTEM.some((folder) => isInside(folder, home)) && !isInside('/tmp', home)

/** Where programs find a home: the real path of it, empty, or the temporary folder. */
export const homeInside = (home: string): string => (isPrivateHome(home) ? home : '/tmp')

function systemFolder(path: string): readonly string[] {
  const found = lookAt(path)
  if (found === undefined) return []
  return found === 'link' ? ['--symlink', readlinkSync(path), path] : readOnly(path)
}

const existing = (path: string): readonly string[] => (existsSync(path) ? readOnly(path) : [])

/** A folder of programs outside of the system's, with the libraries beside it. None that holds what is to be hidden. */
function installedAt(folder: string, home: string): readonly string[] {
  if (!folder.startsWith('/') || SYSTEM.some((system) => isInside(system, folder))) return []
  if ([home, '/tmp', '/var/tmp', '/run', '/proc', '/dev'].some((held) => isInside(folder, held))) return []
  const beside = basename(folder) === 'bin' ? [join(dirname(folder), 'lib'), join(dirname(folder), 'libexec')] : []
  return [folder, ...beside].filter((path) => lookAt(path) === 'folder').flatMap(readOnly)
}

/** `/etc/resolv.conf` is often a link into `/run`. */
function namesOfHosts(): readonly string[] {
  try {
    const real = realpathSync('/etc/resolv.conf')
    return relative('/etc', real).startsWith('..') ? readOnly(real) : []
  } catch {
    // Without it names are looked up in /etc/hosts only, inside as outside.
    return []
  }
}
