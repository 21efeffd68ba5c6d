/** Decides which model is spoken to and where, before anything is done. */
import { AgentError, type Price } from '@seamfold/core/kit'
import type { ProviderName } from '../config/config.ts'
import { suggestion } from '../config/nearest.ts'

/** A model with everything that is needed to reach it. */
export type ModelChoice = {
  readonly provider: ProviderName
  readonly model: string
  readonly baseURL?: string
  /** The environment variable that holds the key; undefined where none is needed. */
  readonly keyVariable?: string
  /** Where the adapter need not know it. */
  readonly price?: Price
  /** Why this one: for the first line that a person reads. */
  readonly why: 'chosen' | 'key' | 'no key'
}

export type ModelWish = { readonly provider?: string; readonly model?: string; readonly baseURL?: string }

type Environment = Readonly<Record<string, string | undefined>>

const DEFAULT_MODELS: Readonly<Record<ProviderName, string>> = {
  anthropic: 'claude-sonnet-4-5',
  openai: 'gpt-5.1',
  simulator: 'claude-sonnet-4-5',
}
const PROVIDERS: readonly ProviderName[] = ['anthropic', 'openai', 'simulator']

export const KEY_VARIABLES = { anthropic: 'ANTHROPIC_API_KEY', openai: 'OPENAI_API_KEY' } as const
export const ADDRESS_VARIABLES = { anthropic: 'ANTHROPIC_BASE_URL', openai: 'OPENAI_BASE_URL' } as const

const isSet = (environment: Environment, name: string): boolean => (environment[name] ?? '').trim() !== ''

/**
 * The provider is the one that was asked for, else the one whose model was asked for, else the one whose key is set, else the
 * built-in simulator. Throws `invalid_argument` for an unknown provider or model, `llm_unauthorized` for a missing key.
 */
export function chooseModel(wish: ModelWish, environment: Environment): ModelChoice {
  const provider = wish.provider === undefined ? providerOf(wish, environment) : knownProvider(wish.provider)
  if (provider === undefined) return { provider: 'simulator', model: DEFAULT_MODELS.simulator, why: 'no key' }
  const model = wish.model ?? DEFAULT_MODELS[provider]
  const why = wish.provider === undefined && wish.model === undefined ? 'key' : 'chosen'
  if (provider === 'simulator') return { provider, model, why }
  const baseURL = wish.baseURL ?? environment[ADDRESS_VARIABLES[provider]]
  const keyVariable = KEY_VARIABLES[provider]
  const compatible = baseURL !== undefined && baseURL !== ''
  if (!isSet(environment, keyVariable) && !compatible) {
    throw new AgentError(
      'llm_unauthorized',
      `There is no key for ${provider}: the environment variable ${keyVariable} is not set.\n` +
        `Set it, or leave out the provider and model to use the built-in simulator.`,
    )
  }
  if (wish.model === undefined && compatible && wish.baseURL !== undefined) {
    throw new AgentError('invalid_argument', `Which model of ${baseURL}? Name it with --model or the key 'model' of the configuration.`)
  }
  return { provider, model, why, ...(compatible ? { baseURL } : {}), ...(isSet(environment, keyVariable) ? { keyVariable } : {}) }
}

function providerOf({ model, baseURL }: ModelWish, environment: Environment): ProviderName | undefined {
  if (model !== undefined) return providerOfModel(model, baseURL ?? environment.OPENAI_BASE_URL)
  if (baseURL !== undefined) return 'openai'
  if (isSet(environment, 'ANTHROPIC_API_KEY')) return 'anthropic'
  return isSet(environment, 'OPENAI_API_KEY') || isSet(environment, 'OPENAI_BASE_URL') ? 'openai' : undefined
}

/** Whose model that is, by its name. A compatible server may call its models as it likes. */
function providerOfModel(model: string, baseURL: string | undefined): ProviderName {
  if (model.startsWith('claude-')) return 'anthropic'
  if (/^(gpt-|o\d|chatgpt-|codex-)/.test(model) || baseURL !== undefined) return 'openai'
  throw new AgentError(
    'invalid_argument',
    `The model '${model}' is not known. Models of anthropic start with claude-, those of openai with gpt- or o and a digit.\n` +
      `For any other name say who serves it: --provider anthropic or --provider openai, with --base-url for a compatible server.`,
  )
}

function knownProvider(name: string): ProviderName {
  const found = PROVIDERS.find((provider) => provider === name)
  if (found !== undefined) return found
  throw new AgentError('invalid_argument', `There is no provider '${name}'. ${suggestion(name, PROVIDERS)}`)
}
