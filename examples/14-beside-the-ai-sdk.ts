/**
 * The AI SDK's streamText loop and the same thing here, side by side, against the same server.
 *
 * Run: node 14-beside-the-ai-sdk.ts
 */
import assert from 'node:assert/strict'
import { createOpenAI } from '@ai-sdk/openai'
import { createAgent, tool } from '@seamfold/core'
import { openai } from '@seamfold/llm-openai'
import { answer, callTool, type Conversation, startSimulator, text } from '@seamfold/simulator'
import { isStepCount, streamText, tool as aiTool } from 'ai'
import { z } from 'zod'

const scenario = ({ results }: Conversation): ReturnType<typeof answer> =>
  results.length === 0 ? answer(callTool('weather', { city: 'Oslo' })) : answer(text(`In Oslo it is ${results[0]?.result?.text}.`))
await using server = await startSimulator({ scenario })

const input = z.object({ city: z.string() })
const weather = ({ city }: { city: string }): string => (city === 'Oslo' ? 'snowing' : 'sunny')

// The AI SDK.
const provider = createOpenAI({ apiKey: 'none', baseURL: server.openaiBaseUrl })
const stream = streamText({
  model: provider.chat('gpt-4.1'),
  prompt: 'How is the weather in Oslo?',
  tools: { weather: aiTool({ description: 'The weather.', inputSchema: input, execute: weather }) },
  stopWhen: isStepCount(10),
})
let theirs = ''
for await (const part of stream.fullStream) if (part.type === 'text-delta') theirs += part.text

// Seamfold: the same, and every step of it is in a journal that survives the process.
const agent = createAgent({
  llm: openai({ model: 'gpt-4.1', apiKey: 'none', baseURL: server.openaiBaseUrl }),
  tools: [tool({ name: 'weather', description: 'The weather.', input, readOnly: true, execute: weather })],
  budget: { perRun: { turns: 10 } },
})
const run = await agent.run('How is the weather in Oslo?')
let ours = ''
for await (const { event } of run) if (event.type === 'text_delta') ours += event.text

console.log(theirs)
console.log(ours)
assert.equal(ours, theirs)
