/** The parts of the agent that a person may replace while the playground runs, and what there is to choose from. */
import type { Budget } from '@seamfold/core'
import type { PermissionMode, ProviderName } from '../config/config.ts'
import type { StoreKind } from '../setup/store.ts'

export type PartsWish = {
  /** The folder that the playground was started in, or a fresh copy of the sample project. */
  readonly workspace?: 'own' | 'sample'
  readonly model?: { readonly provider: ProviderName; readonly model?: string; readonly baseURL?: string }
  readonly store?: { readonly kind: StoreKind; readonly path?: string }
  readonly executor?: { readonly kind: 'local' } | { readonly kind: 'remote'; readonly url: string; readonly token?: string }
  /** Those of the configuration. */
  readonly hooks?: boolean
  readonly policy?: { readonly mode: PermissionMode; readonly rules: readonly string[] }
  readonly tools?: readonly string[]
  readonly budget?: NonNullable<Budget['perRun']>
}

/** What is in use. No key and no token is part of it. */
export type Parts = {
  readonly workspace: 'own' | 'sample'
  readonly folder: string
  readonly model: { readonly provider: ProviderName; readonly model: string; readonly baseURL?: string }
  readonly store: { readonly kind: StoreKind; readonly path: string }
  readonly executor: { readonly kind: 'local' } | { readonly kind: 'remote'; readonly url: string; readonly hasToken: boolean }
  readonly hooks: boolean
  readonly policy: { readonly mode: PermissionMode; readonly rules: readonly string[] }
  readonly tools: readonly string[]
  readonly budget: NonNullable<Budget['perRun']>
}

export type ProviderChoice = {
  readonly provider: ProviderName
  /** Whether its variable is set; the key itself stays where it is. */
  readonly hasKey: boolean
  readonly keyVariable?: string
  readonly models: readonly string[]
}

export type PartsChoices = {
  readonly providers: readonly ProviderChoice[]
  readonly tools: readonly string[]
  /** Hooks of the configuration, in words. */
  readonly hooks: readonly string[]
  /** The folder that it was started for; undefined where that is a copy of the sample project. */
  readonly folder?: string
}

export type ScenarioWords = { readonly id: string; readonly title: string; readonly words: string }

export type PartsReport = { readonly parts: Parts; readonly choices: PartsChoices; readonly scenarios: readonly ScenarioWords[] }
