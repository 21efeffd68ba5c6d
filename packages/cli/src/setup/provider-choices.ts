/** The providers that can be chosen here, and the models that their adapters know. */
import type { ProviderChoice } from '../playground/parts.ts'
import { KEY_VARIABLES } from './provider.ts'

export async function providerChoices(environment: Readonly<Record<string, string | undefined>>): Promise<readonly ProviderChoice[]> {
  const [{ anthropicModels }, { openaiModels }, { builtInModels }] = await Promise.all([
    import('@seamfold/llm-anthropic'),
    import('@seamfold/llm-openai'),
    import('@seamfold/simulator'),
  ])
  const withKey = (provider: 'anthropic' | 'openai', models: readonly string[]): ProviderChoice => ({
    provider,
    keyVariable: KEY_VARIABLES[provider],
    hasKey: (environment[KEY_VARIABLES[provider]] ?? '').trim() !== '',
    models,
  })
  return [
    withKey('anthropic', anthropicModels),
    withKey('openai', openaiModels),
    {
      provider: 'simulator',
      hasKey: true,
      models: builtInModels.map(({ id }) => id).filter((id) => id.startsWith('claude-') && !/\d{8}$/.test(id)),
    },
  ]
}
