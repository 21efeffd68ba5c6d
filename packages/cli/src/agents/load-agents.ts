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
  const registry = new AgentRegistry()
  const files = new Map<string, string>()
  const warnings: string[] = []
  for (const place of places) await addFolder(place, { registry, files, warnings })
  for (const name of registry.names()) assertResolves(registry, name, files.get(name))
  return { registry, files, warnings }
}

type Loading = { readonly registry: AgentRegistry; readonly files: Map<string, string>; readonly warnings: string[] }

async function addFolder(place: Folder, { registry, files, warnings }: Loading): Promise<void> {
  const here = new Map<string, string>()
  for (const file of await filesBelow(place)) {
    try {
      const definition = await read(file, place)
      const other = here.get(definition.name)
      if (other !== undefined)
        throw new AgentError('invalid_argument', `Two files define the agent '${definition.name}', and one must go:\n  ${other}\n  ${file}`)
      register(registry, definition, file)
      here.set(definition.name, file)
      files.set(definition.name, file)
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

function register(registry: AgentRegistry, definition: AgentDefinition, file: string): void {
  try {
    registry.register(definition)
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
