/** The tools and the policy of settings: what every call is made of and judged by, whoever asks. */
import { existsSync } from 'node:fs'
import { askWhenUnknown, type Policy, type RuleLayer, type Tool } from '@seamfold/core'
import { AgentError } from '@seamfold/core/kit'
import { suggestion } from '../config/nearest.ts'
import { hookFiles } from './configured-hooks.ts'
import { accessPath } from './guarded-paths.ts'
import { modePolicy } from './permissions.ts'
import { sandboxOf, unreadable } from './sandbox.ts'
import type { Ground } from './settings.ts'

type Around = {
  readonly taskTool?: Tool | undefined
  /** Hears once that commands run without the sandbox that was wanted. */
  readonly warn?: (why: string) => void
}

export async function groundTools(ground: Ground, { taskTool, warn = () => undefined }: Around = {}): Promise<readonly Tool[]> {
  const { codingTools, commandEnvironment, localWorkspace } = await import('@seamfold/tools')
  const { workspace, keep = [] } = ground
  const environment = commandEnvironment(process.env, { keep })
  const sandbox = sandboxOf(ground, { frozen: ownFiles(ground), hidden: unreadable(groundLayers(ground)), warn })
  const tools = codingTools({ workspace: localWorkspace(workspace, { environment, sandbox }) })
  return [...asking(tools, ground), ...(taskTool === undefined ? [] : [taskTool])]
}

/** Throws `invalid_argument` for a name that is no tool's. */
function asking(tools: readonly Tool[], { askWhenUnknown: asked = false }: Ground): readonly Tool[] {
  if (typeof asked === 'boolean') return asked ? tools.map(askWhenUnknown) : tools
  const names = tools.map(({ definition }) => definition.name)
  const unknown = asked.find((name) => !names.includes(name))
  if (unknown !== undefined)
    throw new AgentError('invalid_argument', `'askWhenUnknown' names a tool '${unknown}' that there is not. ${suggestion(unknown, names)}`)
  return tools.map((each) => (asked.includes(each.definition.name) ? askWhenUnknown(each) : each))
}

/** Files that rules are read from, as accesses have them. */
const policyFilesOf = ({ workspace, layers = [] }: Ground): readonly string[] =>
  layers.flatMap(({ file }) => (file !== undefined && existsSync(file) ? [accessPath(workspace, file)] : []))

/** What is run or believed outside of a sandbox, as accesses have it. */
export const ownFiles = (ground: Ground): readonly string[] => [
  ...hookFiles(ground),
  ...policyFilesOf(ground),
  ...(ground.configFile === undefined ? [] : [accessPath(ground.workspace, ground.configFile)]),
]

type Ruled = Pick<Ground, 'rules' | 'ruleLines' | 'rulesTyped' | 'configFile' | 'layers'>

/** Every rule knows its file and line. */
export const groundLayers = ({ rules, ruleLines = [], rulesTyped, configFile, layers = [] }: Ruled): readonly RuleLayer[] => [
  { layer: 'project', rules, lines: ruleLines, ...(configFile === undefined || rulesTyped ? {} : { file: configFile }) },
  ...layers,
]

export async function groundPolicy(ground: Ground): Promise<Policy> {
  const { readOnlyCommands } = await import('@seamfold/tools')
  const { workspace, mode, configFile } = ground
  return modePolicy(mode, [], {
    layers: groundLayers(ground),
    readOnly: readOnlyCommands({ otherwise: 'deny' }),
    hookFiles: hookFiles(ground),
    policyFiles: policyFilesOf(ground),
    ...(configFile === undefined ? {} : { configuration: accessPath(workspace, configFile) }),
  })
}
