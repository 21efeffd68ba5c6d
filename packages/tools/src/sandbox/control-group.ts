/** A control group of the kernel for one command, where this process may make one: its limits hold for all processes together. */
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { SandboxLimits } from './sandbox-options.ts'

const MOUNT = '/sys/fs/cgroup'
const REMOVE_ROUNDS = 50

/** One group, which may be a folder in each of several hierarchies. */
export interface ControlGroup {
  /** A process that writes `0` into these is in the group, and so are its children. */
  readonly joining: readonly string[]
  /** Remove it, once its processes are gone. */
  remove(): Promise<void>
}

type Limits = Required<Pick<SandboxLimits, 'memoryBytes' | 'processes'>>
/** A folder to make a group in, and the files that hold its limits. */
type Place = { readonly folder: string; readonly files: (limits: Limits) => Readonly<Record<string, string>> }

const MEMORY_V1: Place['files'] = ({ memoryBytes }) => ({ 'memory.limit_in_bytes': String(memoryBytes) })
const PROCESSES: Place['files'] = ({ processes }) => ({ 'pids.max': String(processes) })
const BOTH_V2: Place['files'] = (limits) => ({ 'memory.max': String(limits.memoryBytes), 'memory.swap.max': '0', ...PROCESSES(limits) })

/** Groups of agents that were killed are empty, and still there. */
export function sweepControlGroups(): void {
  for (const { folder } of [...(unified() ?? []), ...(separate() ?? [])]) {
    for (const name of namesIn(folder)) {
      const holder = Number(/^seamfold-(\d+)-/.exec(name)?.[1] ?? process.pid)
      if (!existsSync(`/proc/${holder}`)) removed(join(folder, name))
    }
  }
}

/** Undefined where the machine has none to give. */
export function openControlGroup(limits: Limits): ControlGroup | undefined {
  const name = `seamfold-${process.pid}-${randomUUID()}`
  for (const places of [unified(), separate()]) {
    const made = places === undefined ? undefined : makeAll(places, { name, limits })
    if (made !== undefined) return { joining: made.map((folder) => join(folder, 'cgroup.procs')), remove: () => removeAll(made) }
  }
  return undefined
}

/** Version 2: the nearest folder above this process whose children have both limits. */
function unified(): readonly Place[] | undefined {
  const own = ownGroup((controllers) => controllers === '')
  if (own === undefined) return undefined
  for (let folder = join(MOUNT, own); folder.startsWith(MOUNT); folder = dirname(folder)) {
    const given = textOf(join(folder, 'cgroup.subtree_control')).split(/\s+/)
    if (given.includes('memory') && given.includes('pids')) return [{ folder, files: BOTH_V2 }]
  }
  return undefined
}

/** Version 1: a hierarchy for each. */
function separate(): readonly Place[] | undefined {
  const places = (['memory', 'pids'] as const).map((controller) => {
    const own = ownGroup((controllers) => controllers.split(',').includes(controller))
    return own === undefined ? undefined : { folder: join(MOUNT, controller, own), files: controller === 'memory' ? MEMORY_V1 : PROCESSES }
  })
  return places.every((place) => place !== undefined) ? places : undefined
}

function ownGroup(isIt: (controllers: string) => boolean): string | undefined {
  const lines = textOf('/proc/self/cgroup').split('\n')
  return lines.map((line) => /^\d+:([^:]*):(.*)$/.exec(line)).find((found) => found?.[1] !== undefined && isIt(found[1]))?.[2]
}

function makeAll(
  places: readonly Place[],
  { name, limits }: { readonly name: string; readonly limits: Limits },
): readonly string[] | undefined {
  const made: string[] = []
  try {
    for (const { folder, files } of places) {
      const group = join(folder, name)
      mkdirSync(group)
      made.push(group)
      for (const [file, text] of Object.entries(files(limits))) writeLimit(join(group, file), text)
    }
    return made
  } catch {
    // Not ours to give: containers and ordinary logins have none.
    for (const group of made) rmdirSync(group)
    return undefined
  }
}

function writeLimit(file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch (error) {
    // A machine without swap has no file for it.
    if (!file.endsWith('swap.max')) throw error
  }
}

/** Dying processes keep a group for a moment. */
async function removeAll(groups: readonly string[]): Promise<void> {
  for (const group of groups) {
    for (let round = 0; round < REMOVE_ROUNDS && !removed(group); round++) await wait(10)
  }
}

function removed(group: string): boolean {
  try {
    rmdirSync(group)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT'
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    // The hierarchy is not mounted here.
    return []
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
