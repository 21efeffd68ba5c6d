/** What the page tells about an agent that was made from settings: its parts in words, and the code that makes one like it. */
import type { ModelInfo } from '@seamfold/core/kit'
import type { Settings } from '../setup/settings.ts'
import { setupCode } from './code/setup-code.ts'
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

const limits = ({ usd, tokens, turns, toolCalls }: Settings['budget']): string => {
  const said = [
    ...(usd === undefined ? [] : [`$${usd}`]),
    ...(tokens === undefined ? [] : [`${tokens} tokens`]),
    ...(turns === undefined ? [] : [`${turns} turns`]),
    ...(toolCalls === undefined ? [] : [`${toolCalls} calls`]),
  ]
  return said.length === 0 ? 'turns only (50)' : said.join(', ')
}

function seamsOf(settings: Settings, model: ModelInfo): readonly PlaygroundSeam[] {
  const { provider, baseURL } = settings.model
  const adapter = provider === 'openai' ? '@seamfold/llm-openai' : '@seamfold/llm-anthropic'
  const where = provider === 'simulator' ? 'asks @seamfold/simulator, over HTTP' : (baseURL ?? `asks ${provider}`)
  return [
    { seam: 'LlmClient', uses: adapter, detail: `${model.id}; ${where}` },
    { seam: 'SessionStore', uses: '@seamfold/store-sqlite', detail: settings.storePath },
    {
      seam: 'AgentExecutor',
      uses: 'the agent itself',
      detail: 'steps run in its process; a worker on another machine is @seamfold/executor-remote',
    },
    { seam: 'HookExecutor', uses: 'none' },
    {
      seam: 'PermissionPolicy',
      uses: `mode ${settings.mode}`,
      detail: `${modes[settings.mode]}; ${settings.rules.length} rules of the configuration`,
    },
    { seam: 'Tools', uses: '@seamfold/tools', detail: settings.workspace },
    { seam: 'Budget', uses: 'per run', detail: limits(settings.budget) },
  ]
}

export function aboutOf(settings: Settings, model: ModelInfo): PlaygroundAbout {
  return {
    model: model.id,
    simulated: settings.model.provider === 'simulator',
    ...(model.contextWindow === undefined ? {} : { contextWindow: model.contextWindow }),
    limits: settings.budget,
    workspace: settings.workspace,
    ...(settings.storeKind === 'memory' ? { durable: false } : { journal: settings.storePath }),
    examples,
    seams: seamsOf(settings, model),
    code: setupCode(settings),
  }
}
