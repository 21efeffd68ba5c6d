/** Connects to the model that was chosen; the built-in one is started for it. */
import { AgentError, type LlmClient } from '@seamfold/core/kit'
import type { ModelChoice } from './provider.ts'

/** A model that answers, and how to let go of it. */
export type Connection = { readonly llm: LlmClient; close(): Promise<void> }

/** Milliseconds and characters: a fast model's speed. */
const UNHURRIED = { firstByteMs: 350, betweenChunksMs: 12, deltaCharacters: 6 } as const

const nothing = (): Promise<void> => Promise.resolve()

export type ConnectOptions = {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The built-in model speaks as fast as a person reads. Default: as fast as it can. */
  readonly unhurried?: boolean
}

/** Loads the adapter, and nothing of the other providers. */
export async function connect(choice: ModelChoice, { environment, unhurried = false }: ConnectOptions): Promise<Connection> {
  const { provider, model, baseURL, keyVariable, price } = choice
  const apiKey = keyVariable === undefined ? 'none' : environment[keyVariable]
  if (apiKey === undefined) throw new AgentError('llm_unauthorized', `The environment variable ${keyVariable} is not set.`)
  const given = { ...(baseURL === undefined ? {} : { baseURL }), ...(price === undefined ? {} : { price }) }
  switch (provider) {
    case 'anthropic': {
      const { anthropic } = await import('@seamfold/llm-anthropic')
      return { llm: anthropic({ model, apiKey, ...given }), close: nothing }
    }
    case 'openai': {
      const { openai } = await import('@seamfold/llm-openai')
      return { llm: openai({ model, apiKey, ...given }), close: nothing }
    }
    case 'simulator':
      return simulated(model, unhurried)
  }
}

/** The simulator on loopback, spoken to by the real adapter over HTTP. */
async function simulated(model: string, unhurried: boolean): Promise<Connection> {
  const [{ startSimulator, codingScenario }, { anthropic }] = await Promise.all([
    import('@seamfold/simulator'),
    import('@seamfold/llm-anthropic'),
  ])
  const simulator = await startSimulator({ scenario: codingScenario(), ...(unhurried ? { pace: UNHURRIED } : {}) })
  return { llm: anthropic({ model, apiKey: 'simulated', baseURL: simulator.anthropicBaseUrl }), close: () => simulator.close() }
}
