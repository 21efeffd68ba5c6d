/** What the page tells about an agent that was made from settings: its parts in words, and the code that makes one like it. */
import type { ModelInfo } from '@seamfold/core/kit'
import type { Settings } from '../setup/settings.ts'
import type { StoreKind } from '../setup/store.ts'
import { type Beside, setupCode } from './code/setup-code.ts'
import type { PlaygroundAbout, PlaygroundSeam } from './types.ts'

/** Offered on the empty page: each is worth a try in any folder with code. */
const examples = [
  { title: 'Fix a failing test', prompt: 'A test fails. Find out why, fix the code, not the test, and make sure that all tests pass.' },
  { title: 'Look around', prompt: 'What is in this folder, and how are its tests run?' },
]

const modes: Readonly<Record<Settings['mode'], string>> = {
  ask: 'asks before it edits or runs anything',
  'auto-edit': 'asks before it runs anything',
  full: 'asks nothing',
  'read-only': 'changes nothing',
}

/** Of a run whose settings name no limit. */
const defaultTurns = 50

const limits = ({ usd, tokens, turns, toolCalls }: Settings['budget']): string => {
  const said = [
    ...(usd === undefined ? [] : [`$${usd}`]),
    ...(tokens === undefined ? [] : [`${tokens} tokens`]),
    ...(turns === undefined ? [] : [`${turns} turns`]),
    ...(toolCalls === undefined ? [] : [`${toolCalls} calls`]),
  ]
  return said.length === 0 ? `turns only (${defaultTurns})` : said.join(', ')
}

const stores: Readonly<Record<StoreKind, string>> = {
  sqlite: '@seamfold/store-sqlite',
  jsonl: '@seamfold/store-jsonl',
  memory: '@seamfold/core',
}

function seamsOf(settings: Settings, model: ModelInfo): readonly PlaygroundSeam[] {
  const { storeKind: kind = 'sqlite', worker, hooks = [] } = settings
  const { provider, baseURL } = settings.model
  const adapter = provider === 'openai' ? '@seamfold/llm-openai' : '@seamfold/llm-anthropic'
  const where = provider === 'simulator' ? 'asks @seamfold/simulator, over HTTP' : (baseURL ?? `asks ${provider}`)
  return [
    { seam: 'LlmClient', uses: adapter, detail: `${model.id}; ${where}` },
    { seam: 'SessionStore', uses: stores[kind], ...(kind === 'memory' ? {} : { detail: settings.storePath }) },
    worker === undefined
      ? { seam: 'AgentExecutor', uses: 'the agent itself', detail: 'tasks are done in its process' }
      : { seam: 'AgentExecutor', uses: '@seamfold/executor-remote', detail: worker.url },
    hooks.length === 0
      ? { seam: 'HookExecutor', uses: 'none' }
      : { seam: 'HookExecutor', uses: '@seamfold/hooks', detail: `${hooks.length} of the configuration` },
    {
      seam: 'PermissionPolicy',
      uses: `mode ${settings.mode}`,
      detail: `${modes[settings.mode]}; ${settings.rules.length} rules of the configuration`,
    },
    { seam: 'Tools', uses: '@seamfold/tools', detail: settings.workspace },
    { seam: 'Budget', uses: 'per run', detail: limits(settings.budget) },
  ]
}

export function aboutOf(settings: Settings, model: ModelInfo, beside: Beside): PlaygroundAbout {
  return {
    model: model.id,
    simulated: settings.model.provider === 'simulator',
    ...(model.contextWindow === undefined ? {} : { contextWindow: model.contextWindow }),
    limits: { turns: defaultTurns, ...settings.budget },
    ...(settings.sessionBudget === undefined ? {} : { sessionLimits: settings.sessionBudget }),
    workspace: settings.workspace,
    ...(settings.storeKind === 'memory' ? { durable: false } : { journal: settings.storePath }),
    examples,
    seams: seamsOf(settings, model),
    code: setupCode(settings, beside),
  }
}
