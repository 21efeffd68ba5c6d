/** The tools and the policy of settings: what every call is made of and judged by, whoever asks. */
import { existsSync } from 'node:fs'
import type { RuleLayer, Tool } from '@seamfold/core'
import { hookFiles } from './configured-hooks.ts'
import { accessPath } from './guarded-paths.ts'
import { type LearningPolicy, modePolicy } from './permissions.ts'
import type { Ground } from './settings.ts'

export async function groundTools({ workspace, keep = [] }: Ground, taskTool?: Tool): Promise<readonly Tool[]> {
  const { codingTools, commandEnvironment, localWorkspace } = await import('@seamfold/tools')
  const environment = commandEnvironment(process.env, { keep })
  return [...codingTools({ workspace: localWorkspace(workspace, { environment }) }), ...(taskTool === undefined ? [] : [taskTool])]
}

/** Every rule knows its file and line. */
export const groundLayers = ({ rules, ruleLines = [], configFile, layers = [] }: Ground): readonly RuleLayer[] => [
  { layer: 'project', rules, lines: ruleLines, ...(configFile === undefined ? {} : { file: configFile }) },
  ...layers,
]

export async function groundPolicy(ground: Ground): Promise<LearningPolicy> {
  const { readOnlyCommands } = await import('@seamfold/tools')
  const { workspace, mode, configFile, layers = [] } = ground
  return modePolicy(mode, [], {
    layers: groundLayers(ground),
    readOnly: readOnlyCommands({ otherwise: 'deny' }),
    hookFiles: hookFiles(ground),
    policyFiles: layers.flatMap(({ file }) => (file !== undefined && existsSync(file) ? [accessPath(workspace, file)] : [])),
    ...(configFile === undefined ? {} : { configuration: accessPath(workspace, configFile) }),
  })
}
