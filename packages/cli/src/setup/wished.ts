/** Settings as a person wishes them in the playground, checked before anything is stopped for them. */
import { isAbsolute, join, resolve } from 'node:path'
import type { Rule } from '@seamfold/core'
import { AgentError } from '@seamfold/core/kit'
import { RULE_FORMS } from '../config/rule-text.ts'
import { ruleOf } from '../config/schema.ts'
import type { PartsWish } from '../playground/parts.ts'
import { assertMode } from './policy-files.ts'
import { chooseModel } from './provider.ts'
import type { Settings, Surroundings } from './settings.ts'
import type { StoreKind } from './store.ts'

export type WishedFrom = Pick<Surroundings, 'environment'> & {
  readonly now: Settings
  /** What the workspace was started with: the hooks that can be switched on again. */
  readonly base: Settings
}

/** Where each kind keeps its sessions unless a person says otherwise. */
const usualPath: Readonly<Record<StoreKind, string>> = { sqlite: 'sessions.db', jsonl: 'log', memory: 'sessions.db' }

function storeOf({ kind, path }: NonNullable<PartsWish['store']>, { now, base }: WishedFrom): Pick<Settings, 'storePath' | 'storeKind'> {
  const folder = join(now.workspace, '.seamfold')
  const usual = kind === (base.storeKind ?? 'sqlite') ? base.storePath : join(folder, usualPath[kind])
  return { storeKind: kind, storePath: path === undefined ? usual : isAbsolute(path) ? path : resolve(now.workspace, path) }
}

/** A rule that somebody typed. Throws `invalid_argument` with the forms that there are. */
export function typedRule(text: string): Rule {
  const found = ruleOf(text)
  if (found !== undefined) return found
  throw new AgentError('invalid_argument', `'${text}' is not a rule. A rule is ${RULE_FORMS}, or JSON such as {"ask":{"access":"write"}}.`)
}

function workerOf(executor: NonNullable<PartsWish['executor']>, { now, environment }: WishedFrom): Settings['worker'] {
  if (executor.kind === 'local') return undefined
  const { url, token = now.worker?.url === url ? now.worker.token : environment['SEAMFOLD_WORKER_TOKEN'] } = executor
  return { url, ...(token === undefined || token === '' ? {} : { token }) }
}

/** The price that is configured is that of the model that the workspace began with. */
function modelOf(wish: NonNullable<PartsWish['model']>, { base, environment }: WishedFrom): Settings['model'] {
  const chosen = chooseModel(wish, environment)
  const { provider, model, price } = base.model
  return price !== undefined && chosen.provider === provider && chosen.model === model ? { ...chosen, price } : chosen
}

/** Rules of the configuration keep their lines; others stand in no file. */
function policyOf(policy: NonNullable<PartsWish['policy']>, { now, base }: WishedFrom): Partial<Settings> {
  const rules = policy.rules.map(typedRule)
  const configured = JSON.stringify(rules) === JSON.stringify(base.rules)
  const from = configured ? (base.ruleLines === undefined ? {} : { ruleLines: base.ruleLines }) : ({ rulesTyped: true } as const)
  return { mode: assertMode(policy.mode, now.most), rules, ...from }
}

/** Throws `invalid_argument` or `llm_unauthorized`, saying what cannot be, and what can. */
export function settingsAsWished(wish: PartsWish, from: WishedFrom): Settings {
  const { now, base } = from
  const { worker, toolNames, ruleLines, rulesTyped, ...rest } = now
  const ruled: Partial<Settings> = {
    ...(ruleLines === undefined ? {} : { ruleLines }),
    ...(rulesTyped === undefined ? {} : { rulesTyped }),
  }
  const chosenWorker = wish.executor === undefined ? worker : workerOf(wish.executor, from)
  const chosenTools = wish.tools ?? toolNames
  return {
    ...rest,
    ...(wish.model === undefined ? {} : { model: modelOf(wish.model, from) }),
    ...(wish.store === undefined ? {} : storeOf(wish.store, from)),
    ...(wish.hooks === undefined ? {} : { hooks: wish.hooks ? (base.hooks ?? []) : [] }),
    ...(wish.policy === undefined ? ruled : policyOf(wish.policy, from)),
    ...(wish.budget === undefined ? {} : { budget: wish.budget }),
    ...(chosenWorker === undefined ? {} : { worker: chosenWorker }),
    ...(chosenTools === undefined ? {} : { toolNames: chosenTools }),
  }
}
