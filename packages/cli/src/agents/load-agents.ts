/** Finds the agents that files of a workspace define, and says which file counts where several define one. */
import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { type AgentDefinition, AgentRegistry } from '@seamfold/core'
import { AgentError, isAgentError, toMessage } from '@seamfold/core/kit'

export type AgentPlaces = {
  readonly workspace: string
  /** The user's own folder. */
  readonly home: string | undefined
  /** Folders from the configuration, the last one winning. */
  readonly folders?: readonly string[]
}

export type LoadedAgents = {
  readonly registry: AgentRegistry
  /** The file of each agent that came from one. */
  readonly files: ReadonlyMap<string, string>
  /** What was passed over of files that were written for other programs. */
  readonly warnings: readonly string[]
}

type Folder = {
  readonly path: string
  /** Written for other programs too: what is wrong there stops nobody. */ readonly foreign: boolean
  /** It must be there. */ readonly required: boolean
}

const EXTENSIONS: ReadonlySet<string> = new Set(['.md', '.yaml', '.yml'])

/**
 * Later ones win: built-in agents, `.claude/agents`, `~/.seamfold/agents`, `.seamfold/agents`, then the folders of the configuration in
 * their order. Throws `invalid_argument` for a file that is broken, two files of one folder that define the same agent, agents that extend
 * each other in a circle, and names of agents that there are not.
 */
export async function loadAgents({ workspace, home, folders = [] }: AgentPlaces): Promise<LoadedAgents> {
  const places: readonly Folder[] = [
    { path: join(workspace, '.claude', 'agents'), foreign: true, required: false },
    ...(home === undefined ? [] : [{ path: join(home, '.seamfold', 'agents'), foreign: false, required: false }]),
    { path: join(workspace, '.seamfold', 'agents'), foreign: false, required: false },
    ...folders.map((path) => ({ path, foreign: false, required: true })),
  ]
  const loading: Loading = { found: new Map(), warnings: [] }
  for (const place of places) await addFolder(place, loading)
  return resolved(loading)
}

type Found = { readonly definition: AgentDefinition; readonly file: string; readonly foreign: boolean }
type Loading = { readonly found: Map<string, Found>; readonly warnings: string[] }

/** Leaves out what was written for other programs and takes from agents that there are not. */
function resolved({ found, warnings }: Loading): LoadedAgents {
  for (;;) {
    const registry = new AgentRegistry([...found.values()].map(({ definition }) => definition))
    const name = registry.names().find((each) => !isResolved(registry, each, { found, warnings }))
    if (name === undefined) return { registry, files: new Map([...found].map(([each, { file }]) => [each, file])), warnings }
    found.delete(name)
  }
}

/** False for one that is left out. Throws for what is wrong in a file of ours. */
function isResolved(registry: AgentRegistry, name: string, { found, warnings }: Loading): boolean {
  const { file, foreign = false } = found.get(name) ?? {}
  try {
    assertResolves(registry, name, file)
    return true
  } catch (error) {
    if (!foreign) throw error
    warnings.push(`${toMessage(error)} It is left out.`)
    return false
  }
}

async function addFolder(place: Folder, { found, warnings }: Loading): Promise<void> {
  const here = new Map<string, string>()
  for (const file of await filesBelow(place)) {
    try {
      const definition = await read(file, place)
      const other = here.get(definition.name)
      if (other !== undefined)
        throw new AgentError('invalid_argument', `Two files define the agent '${definition.name}', and one must go:\n  ${other}\n  ${file}`)
      check(definition, file)
      here.set(definition.name, file)
      found.set(definition.name, { definition, file, foreign: place.foreign })
    } catch (error) {
      if (!place.foreign || !isAgentError(error)) throw error
      warnings.push(`${error.message}. It is left out.`)
    }
  }
}

async function read(file: string, { foreign }: Folder): Promise<AgentDefinition> {
  // Loaded only here: most workspaces have no such file.
  const { readAgent } = await import('./read-agent.ts')
  return readAgent(file, { tolerant: foreign })
}

function check(definition: AgentDefinition, file: string): void {
  try {
    new AgentRegistry([], { builtin: false }).register(definition)
  } catch (error) {
    throw new AgentError('invalid_argument', `${file}: ${toMessage(error)}`, { cause: error })
  }
}

/** An agent with all that it takes from others, and those that it may give tasks to. */
function assertResolves(registry: AgentRegistry, name: string, file: string | undefined): void {
  try {
    for (const other of registry.get(name).agents ?? []) registry.get(other)
  } catch (error) {
    throw new AgentError('invalid_argument', file === undefined ? toMessage(error) : `${file}: ${toMessage(error)}`, { cause: error })
  }
}

/** Sorted, so that what is found does not depend on the disk. */
async function filesBelow({ path, required }: Folder): Promise<readonly string[]> {
  let entries: readonly Dirent[]
  try {
    entries = await readdir(path, { recursive: true, withFileTypes: true })
  } catch (error) {
    if (!required) return []
    throw new AgentError('invalid_argument', `The folder of agents ${path} cannot be read: ${toMessage(error)}`, { cause: error })
  }
  return entries
    .filter((entry) => entry.isFile() && EXTENSIONS.has(extname(entry.name)))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
}
