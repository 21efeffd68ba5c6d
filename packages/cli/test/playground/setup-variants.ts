/** Every combination of parts that the playground can be set up with. */
import { AgentRegistry, policy } from '@seamfold/core'
import type { Beside } from '../../src/playground/code/setup-code.ts'
import type { HookConfig } from '../../src/config/config.ts'
import type { Settings } from '../../src/setup/settings.ts'

const models: readonly Settings['model'][] = [
  { provider: 'simulator', model: 'claude-sonnet-4-5', why: 'no key' },
  { provider: 'anthropic', model: 'claude-sonnet-4-5', why: 'key', keyVariable: 'ANTHROPIC_API_KEY', price: { input: 3, output: 15 } },
  { provider: 'openai', model: 'm', why: 'chosen', baseURL: 'http://127.0.0.1:1/v1' },
]
const hooks: readonly HookConfig[] = [
  { name: 'no "rm"', on: 'pre_tool_use', tool: 'bash', command: ['node', '-e', 'process.exit(0)'], timeoutMs: 5_000 },
  { on: ['on_error', 'post_tool_use'], path: 'src/**', shell: 'true' },
  { url: 'https://ops.example/hooks', headers: { 'X-Team': 'secret' }, secretVariable: 'HOOK_SECRET', priority: 3, on: 'on_error' },
]
const modes = ['ask', 'auto-edit', 'full', 'read-only'] as const
const stores = ['sqlite', 'jsonl', 'memory'] as const
const workers = [undefined, { url: 'ws://127.0.0.1:9000', token: 'hidden-token' }, { url: 'ws://127.0.0.1:9000' }] as const
const toolSets = [undefined, ['read', 'ls', 'task'], ['read', 'ls', 'bash', 'glob'], []] as const

const times = <A, B>(one: readonly A[], other: readonly B[]): readonly (readonly [A, B])[] =>
  one.flatMap((a) => other.map((b) => [a, b] as const))

/** What does not change the shape of the rest takes turns. */
const details: readonly Partial<Settings>[] = [
  { rules: [{ allow: { tool: 'bash', command: 'git status' } }], budget: { turns: 5 } },
  {
    rules: [],
    budget: {},
    secrets: false,
    instructions: 'Two\nlines, `ticks` and ${nothing}.\u2028',
    sandbox: { mode: 'auto' },
    askWhenUnknown: true,
  },
  {
    rules: [{ deny: { access: 'read', path: '**/.env*' } }],
    budget: { tokens: 1_000_000, toolCalls: 50 },
    timeouts: { toolMs: 60_000 },
    keep: ['HOME'],
    sandbox: { mode: 'auto', network: { hosts: ['example.com'] }, writable: ['~/.npm'] },
    askWhenUnknown: ['bash', 'git'],
  },
  {
    rules: [{ allow: { tool: 'bash' } }, { ask: { access: 'write', path: 'docs/**' } }],
    budget: { turns: 9 },
    sessionBudget: { tokens: 2_000_000 },
    dayBudget: { tokens: 9_000_000 },
    lanes: { execute: { concurrency: 1, retry: { attempts: 2 } }, tools: { bash: 'generate' } },
    secrets: { offer: ['HOOK_SECRET'], hide: ['TEAM_NAME'], shapes: false },
    layers: [
      { layer: 'user', rules: [{ allow: { access: 'write', path: 'docs/a.md' } }] },
      { layer: 'administrator', rules: [{ deny: { command: 'git push *' } }] },
    ],
    sandbox: { mode: 'off' },
  },
]

export function setUps(workspace: string): readonly Settings[] {
  const parts = times(times(times(models, modes), times(stores, workers)), times(toolSets, [undefined, hooks]))
  return parts.map(([[[model, mode], [storeKind, worker]], [toolNames, chosenHooks]], index) => ({
    workspace,
    storePath: `${workspace}/.seamfold/${storeKind === 'jsonl' ? `log-${index}` : `sessions-${index}.db`}`,
    storeKind,
    model,
    mode,
    rules: [],
    budget: {},
    ...details[index % details.length],
    ...(worker === undefined ? {} : { worker }),
    ...(toolNames === undefined ? {} : { toolNames }),
    ...(chosenHooks === undefined ? {} : { hooks: chosenHooks }),
  }))
}

/** With agents as files define them, or without. */
export function teamOf(own: boolean): Beside['team'] {
  if (!own) return { registry: new AgentRegistry(), names: [] }
  const registry = new AgentRegistry()
    .register({
      name: 'release-notes',
      description: 'Writes "notes".',
      prompt: 'Two\nlines, `ticks` and ${nothing}.',
      tools: ['read', 'l*'],
      maxSteps: 5,
    })
    .register({ name: 'auditor', extends: 'release-notes', description: 'Audits.', model: 'claude-haiku-4-5', disallowedTools: ['ls'] })
    .register({
      name: 'careful',
      description: 'Asks.',
      hidden: true,
      permissions: policy({ default: 'ask', rules: [{ deny: { command: 'git push *' } }] }),
      outputSchema: { type: 'object', properties: { ok: { type: 'boolean' } } },
    })
  return { registry, names: ['release-notes', 'auditor', 'careful'] }
}

export const plain: Beside = { team: teamOf(false), signed: false }
