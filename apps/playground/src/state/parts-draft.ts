/** What a person has typed about the parts, and the wish that it amounts to: only what differs from what is in use. */
import type { Parts, PartsWish, PermissionMode, ProviderName, RunBudget, StoreKind } from '../api/types.ts'

export type PartsDraft = {
  readonly provider: ProviderName
  readonly model: string
  readonly baseURL: string
  readonly store: StoreKind
  /** Empty: the usual place. */
  readonly path: string
  readonly executor: 'local' | 'remote'
  readonly url: string
  readonly token: string
  readonly hooks: boolean
  readonly mode: PermissionMode
  /** One a line. */
  readonly rules: string
  readonly tools: readonly string[]
  readonly usd: string
  readonly tokens: string
  readonly turns: string
  readonly toolCalls: string
}

const shown = (value: number | undefined): string => (value === undefined ? '' : String(value))

export function draftOf({ model, store, executor, hooks, policy, tools, budget }: Parts): PartsDraft {
  return {
    provider: model.provider,
    model: model.model,
    baseURL: model.baseURL ?? '',
    store: store.kind,
    path: store.path,
    executor: executor.kind,
    url: executor.kind === 'remote' ? executor.url : '',
    token: '',
    hooks,
    mode: policy.mode,
    rules: policy.rules.join('\n'),
    tools,
    usd: shown(budget.usd),
    tokens: shown(budget.tokens),
    turns: shown(budget.turns),
    toolCalls: shown(budget.toolCalls),
  }
}

const lines = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

function budgetOf({ usd, tokens, turns, toolCalls }: PartsDraft): RunBudget {
  const given = Object.entries({ usd, tokens, turns, toolCalls }).filter(([, text]) => text.trim() !== '')
  return Object.fromEntries(given.map(([key, text]) => [key, Number(text)]))
}

const modelOf = ({ provider, model, baseURL }: PartsDraft): NonNullable<PartsWish['model']> => ({
  provider,
  ...(model.trim() === '' ? {} : { model: model.trim() }),
  ...(baseURL.trim() === '' || provider === 'simulator' ? {} : { baseURL: baseURL.trim() }),
})

const executorOf = ({ executor, url, token }: PartsDraft): NonNullable<PartsWish['executor']> =>
  executor === 'local' ? { kind: 'local' } : { kind: 'remote', url: url.trim(), ...(token === '' ? {} : { token }) }

const differs = (a: unknown, b: unknown): boolean => JSON.stringify(a) !== JSON.stringify(b)

/** Empty when nothing was changed. */
export function wishOf(draft: PartsDraft, parts: Parts): PartsWish {
  const before = draftOf(parts)
  const changed = (...keys: readonly (keyof PartsDraft)[]): boolean => keys.some((key) => differs(draft[key], before[key]))
  return {
    ...(changed('provider', 'model', 'baseURL') ? { model: modelOf(draft) } : {}),
    ...(changed('store', 'path') ? { store: { kind: draft.store, ...(draft.path.trim() === '' ? {} : { path: draft.path.trim() }) } } : {}),
    ...(changed('executor', 'url', 'token') ? { executor: executorOf(draft) } : {}),
    ...(changed('hooks') ? { hooks: draft.hooks } : {}),
    ...(changed('mode', 'rules') ? { policy: { mode: draft.mode, rules: lines(draft.rules) } } : {}),
    ...(changed('tools') ? { tools: draft.tools } : {}),
    ...(changed('usd', 'tokens', 'turns', 'toolCalls') ? { budget: budgetOf(draft) } : {}),
  }
}
