/** Lists the models, in the form of the provider that was asked. */
import type { IncomingHttpHeaders } from 'node:http'
import type { ModelProfile } from '../model/model.ts'

const anthropicModel = (model: ModelProfile): object => ({
  type: 'model',
  id: model.id,
  display_name: model.id,
  created_at: '2025-01-01T00:00:00Z',
  max_input_tokens: model.contextWindow,
  max_tokens: model.maxOutputTokens,
})

const openAiModel = (model: ModelProfile): object => ({ id: model.id, object: 'model', created: 1_735_689_600, owned_by: 'simulator' })

/** The list, or one model of it; `undefined` when there is no such model. */
export function catalogue(models: readonly ModelProfile[], headers: IncomingHttpHeaders, id: string | undefined): object | undefined {
  const anthropic = headers['anthropic-version'] !== undefined
  const mine = models.filter(({ provider }) => provider === (anthropic ? 'anthropic' : 'openai'))
  const write = anthropic ? anthropicModel : openAiModel
  if (id !== undefined) {
    const found = mine.find((model) => model.id === id)
    return found === undefined ? undefined : write(found)
  }
  const data = mine.map(write)
  if (!anthropic) return { object: 'list', data }
  return { data, has_more: false, first_id: mine[0]?.id ?? null, last_id: mine.at(-1)?.id ?? null }
}
