/** Makes one command ready to run under bubblewrap, and reads how it ended. */
import { existsSync, lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Environment } from '../shell/command-environment.ts'
import type { Exit, Launch, ShellCommand } from '../shell/launch.ts'
import { fault } from '../workspace/fault.ts'
import { BRIDGE, BRIDGE_PORT, proxyVariables, WITH_BRIDGE } from './bridge.ts'
import { type ControlGroup, openControlGroup } from './control-group.ts'
import { countProcesses, type ProcessCount } from './count-processes.ts'
import { APART, JOINING, type SandboxStatus } from './find-bubblewrap.ts'
import { type HostProxy, openHostProxy } from './host-proxy.ts'
import { notesOf } from './refused.ts'
import { type InsideEnd, readInsideEnd, RUN_INSIDE, signalName } from './run-inside.ts'
import type { SandboxPlan } from './sandbox-options.ts'
import { repositoriesIn, setCommandsAside } from './new-repositories.ts'
import { setAside } from './set-aside.ts'
import { stillThere } from './still-there.ts'
import { homeInside, systemMounts } from './system-mounts.ts'
import { workspaceMounts } from './workspace-mounts.ts'

type Ready = Extract<SandboxStatus, { state: 'ready' }>

/** Names of variables that lead to services of this machine, which are not there, or to folders that are others there. */
const OF_THE_MACHINE =
  /^(?:SSH_AUTH_SOCK|SSH_AGENT_PID|GPG_AGENT_INFO|DBUS_\w+|XDG_\w+|DOCKER_HOST|WAYLAND_\w+|DISPLAY|XAUTHORITY|TMPDIR|TMP|TEMP)$/
const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin'
/** Where the proxy's socket and the program that speaks to it are found inside. */
const PROXY_INSIDE = '/run/proxy'
const NODE_INSIDE = '/run/node'
/** The init of the sandbox, and the script. */
const OWN_PROCESSES = 2

const FOLDER = 'seamfold-proxy-'
/** No command takes a day. */
const LEFT_MS = 86_400_000

/** What is open for one command, and closed after it. */
type Opened = { readonly group?: ControlGroup; readonly proxy?: HostProxy; readonly folder?: string }
type Parts = { readonly ready: Ready; readonly plan: SandboxPlan; readonly opened: Opened }

/** A way to start commands so that they run apart from the machine. */
export const bubblewrap =
  (ready: Ready, plan: SandboxPlan) =>
  async (given: ShellCommand): Promise<Launch> => {
    const opened = await open(ready, plan)
    const close = (): Promise<void> => closeAll(opened)
    try {
      return { ...launch(given, { ready, plan, opened }), close }
    } catch (error) {
      await close()
      throw error
    }
  }

async function open({ limits: reach }: Ready, { network, limits }: SandboxPlan): Promise<Opened> {
  const group = reach === 'command' ? openControlGroup(limits) : undefined
  const grouped = group === undefined ? {} : { group }
  if (typeof network === 'string') return grouped
  sweepFolders()
  const folder = mkdtempSync(join(tmpdir(), `${FOLDER}${process.pid}-`))
  return { ...grouped, proxy: await openHostProxy(join(folder, 'proxy'), network.hosts), folder }
}

/** Agents that were killed left theirs. Another user's is not ours to remove, nor that of a live agent in another container. */
function sweepFolders(): void {
  for (const name of readdirSync(tmpdir())) {
    const holder = name.startsWith(FOLDER) ? /^\d+/.exec(name.slice(FOLDER.length))?.[0] : undefined
    if (holder === undefined || existsSync(`/proc/${holder}`)) continue
    const folder = join(tmpdir(), name)
    const found = lstatSync(folder, { throwIfNoEntry: false })
    const isLeft = found?.uid === process.getuid?.() && (found?.mtimeMs ?? Infinity) < Date.now() - LEFT_MS
    if (isLeft) rmSync(folder, { recursive: true, force: true })
  }
}

async function closeAll({ group, proxy, folder }: Opened): Promise<void> {
  proxy?.close()
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  await group?.remove()
}

function launch(given: ShellCommand, { ready, plan, opened }: Parts): Omit<Launch, 'close'> {
  const { root, home, network, limits } = plan
  const { folder, group, proxy } = opened
  const workspace = workspaceMounts(plan)
  const repositories = repositoriesIn(root, workspace.repositories)
  const words = [
    ...APART,
    ...(network === 'all' ? ['--share-net'] : []),
    '--hostname',
    'sandbox',
    ...systemMounts(plan, given.environment.PATH ?? DEFAULT_PATH),
    ...(folder === undefined ? [] : ['--bind', join(folder, 'proxy'), PROXY_INSIDE, '--ro-bind', process.execPath, NODE_INSIDE]),
    ...workspace.words,
    '--chdir',
    root,
    '--remount-ro',
    '/',
    '--',
    ...scriptWords(given, { limits, isBridged: folder !== undefined, places: workspace.places }),
  ]
  const joining = group?.joining ?? []
  let count: ProcessCount | undefined
  return {
    // The kernel counts those of ordinary users, and of groups.
    started: (pid) => void (count = ready.limits === 'time' ? countProcesses(pid, limits.processes) : undefined),
    ...(joining.length === 0
      ? { program: ready.program, words }
      : { program: '/bin/sh', words: ['-c', JOINING, 'sh', String(joining.length), ...joining, ready.program, ...words] }),
    environment: environmentInside(given.environment, { home: homeInside(home), isBridged: folder !== undefined }),
    isConfined: true,
    ended(exit, said, output) {
      count?.stop()
      const aside = [...setAside(root, workspace.absent), ...setCommandsAside(root, repositories, workspace.repositories)]
      const end = readEnd(exit, said)
      const refusedHosts = [...(proxy?.refused ?? [])]
      const notes = notesOf({ failed: end.exitCode !== 0, output, root, hasNetwork: network === 'all', refusedHosts, aside })
      return { ...end, notes: count?.over === undefined ? notes : [...notes, `The sandbox allows ${limits.processes} processes`] }
    },
  }
}

function scriptWords(
  { shell, command }: ShellCommand,
  {
    limits,
    isBridged,
    places,
  }: { readonly limits: SandboxPlan['limits']; readonly isBridged: boolean; readonly places: readonly string[] },
): readonly string[] {
  const others = OWN_PROCESSES + (isBridged ? 1 : 0)
  return [
    shell,
    '-c',
    `${stillThere(places)}${isBridged ? WITH_BRIDGE : ''}${RUN_INSIDE}`,
    'sh',
    ...(isBridged ? [NODE_INSIDE, BRIDGE, PROXY_INSIDE, String(BRIDGE_PORT)] : []),
    String(limits.memoryBytes),
    String(limits.processes),
    String(others),
    shell,
    command,
  ]
}

function environmentInside(given: Environment, { home, isBridged }: { readonly home: string; readonly isBridged: boolean }): Environment {
  const kept = Object.entries(given).filter(([name]) => !OF_THE_MACHINE.test(name))
  // What is mounted looks like another disk to git, which would not look for its repository above.
  return { ...Object.fromEntries(kept), HOME: home, GIT_DISCOVERY_ACROSS_FILESYSTEM: '1', ...(isBridged ? proxyVariables() : {}) }
}

/** Throws a fault when bubblewrap itself failed: then nothing of the command ran. */
function readEnd({ code, signal }: Exit, said: string): InsideEnd {
  if (code === null) return { ...(signal === null ? {} : { signal }), leftovers: 0 }
  const end = readInsideEnd(code, said)
  if (end !== undefined) return end
  const failure = /^(?:bwrap|sh|\/bin\/sh): .*$/m.exec(said)?.[0]
  if (failure !== undefined && code < KILLED) throw fault('failed', `The sandbox could not be made, and nothing was run: ${failure}`)
  // The script was killed with everything else, by the command or by a limit.
  const name = signalName(code - KILLED)
  return { leftovers: 0, ...(name === undefined ? { exitCode: code } : { signal: name }) }
}

/** Shells add the number of the signal to this. */
const KILLED = 128
