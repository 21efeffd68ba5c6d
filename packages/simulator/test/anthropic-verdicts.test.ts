/** The Messages API is as strict as the provider: every rule refuses, in the provider's words. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callTool, reasoning, startSimulator, text } from '../src/index.ts'
import type { Simulator } from '../src/index.ts'
import { anthropicRules } from '../src/rules/anthropic.ts'
import { acceptedByAnthropic } from './anthropic-cases-accepted.ts'
import { refusedHistories } from './anthropic-cases-history.ts'
import { refusedShapes } from './anthropic-cases-shape.ts'
import { refusedTools } from './anthropic-cases-tools.ts'
import { anthropicHeaders, expected, judge, sender } from './verdict.ts'
import type { Send } from './verdict.ts'

const refusedByAnthropic = [...refusedShapes, ...refusedTools, ...refusedHistories]

let simulator: Simulator
let send: Send

beforeAll(async () => {
  simulator = await startSimulator({
    scenario: (conversation) =>
      conversation.tools.length > 0 && conversation.results.length === 0
        ? [reasoning('I look.'), reasoning('Hidden.', { redacted: true }), callTool('look')]
        : text('Done'),
  })
  send = sender(`${simulator.url}/v1/messages`, anthropicHeaders)
})
afterAll(() => simulator.close())

test.each(refusedByAnthropic.map((refused) => [`${refused.rule}: ${refused.title}`, refused] as const))(
  'refuses %s',
  async (_title, refused) => {
    const judged = await judge(simulator, send, refused)
    expect(judged).toMatchObject(expected(refused))
    expect(judged.error?.message).toContain(refused.says)
  },
)

test.each(acceptedByAnthropic.map((accepted) => [accepted.title, accepted] as const))('accepts %s', async (_title, accepted) => {
  expect(await judge(simulator, send, accepted)).toEqual({ status: 200, error: null, verdict: { status: 'accepted' } })
})

test('every rule has a case that it refuses', () => {
  const covered = new Set(refusedByAnthropic.map(({ rule }) => rule))
  expect(anthropicRules.map(({ id }) => id).filter((id) => !covered.has(id))).toEqual([])
})

test('an error has the shape of the provider, and its request id in body and header', async () => {
  const response = await fetch(`${simulator.url}/v1/messages`, { method: 'POST', headers: anthropicHeaders, body: '{}' })
  const body: unknown = await response.json()
  const id = response.headers.get('request-id')
  expect(id).toMatch(/^req_/)
  expect(body).toEqual({ type: 'error', error: { type: 'invalid_request_error', message: 'model: Field required' }, request_id: id })
})
