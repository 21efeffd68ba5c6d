/** Tells which parts are in use, without any key or token. */
import { askUser } from '@seamfold/core'
import { TASK_TOOL_NAME } from '../setup/remote-tasks.ts'
import { groundTools } from '../setup/ground.ts'
import type { Ground, Settings } from '../setup/settings.ts'
import type { Parts, PartsChoices } from './parts.ts'

/** What the tool is called that asks a person. */
export const ASK_TOOL_NAME: string = askUser().definition.name

/** The tools that there are to choose from, by name. */
export async function toolNamesOf(ground: Ground): Promise<readonly string[]> {
  return [...(await groundTools(ground)).map(({ definition }) => definition.name), TASK_TOOL_NAME, ASK_TOOL_NAME]
}

export function partsOf(settings: Settings, workspace: Parts['workspace'], choices: PartsChoices): Parts {
  const { model, worker } = settings
  return {
    workspace,
    folder: settings.workspace,
    model: { provider: model.provider, model: model.model, ...(model.baseURL === undefined ? {} : { baseURL: model.baseURL }) },
    store: { kind: settings.storeKind ?? 'sqlite', path: settings.storePath },
    executor: worker === undefined ? { kind: 'local' } : { kind: 'remote', url: worker.url, hasToken: worker.token !== undefined },
    hooks: (settings.hooks ?? []).length > 0,
    policy: { mode: settings.mode, rules: settings.rules.map((rule) => JSON.stringify(rule)) },
    tools: settings.toolNames ?? choices.tools,
    budget: settings.budget,
  }
}
