/** A whole run that is held to a schema natively, with optional properties, which the provider does not know. */
import { createAgent, jsonSchema } from '@seamfold/core'
import { startSimulator, text } from '@seamfold/simulator'
import { expect, onTestFinished, test } from 'vitest'
import { openai } from '../src/index.ts'

test.each(['chat', 'responses'] as const)('in mode %s an optional property that the model left empty is absent', async (mode) => {
  const simulator = await startSimulator({ scenario: () => text('{"city":"Oslo","note":null}') })
  onTestFinished(() => simulator.close())
  const agent = createAgent({
    llm: openai({ model: 'gpt-5', apiKey: 'none', baseURL: simulator.openaiBaseUrl, mode }),
    instructions: 'Answer.',
  })
  const output = jsonSchema({ type: 'object', properties: { city: { type: 'string' }, note: { type: 'string' } }, required: ['city'] })
  const run = await agent.run('Where?', { output })
  expect(await run.completed()).toMatchObject({ output: { city: 'Oslo' } })
  expect(simulator.requests.map(({ verdict }) => verdict.status)).toEqual(['accepted'])
})
