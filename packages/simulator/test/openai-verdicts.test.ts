/** The OpenAI APIs are as strict as the provider: every rule refuses, in the provider's words. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callTool, reasoning, startSimulator, text } from '../src/index.ts'
import type { Simulator } from '../src/index.ts'
import { chatRules } from '../src/rules/chat.ts'
import { responsesRules } from '../src/rules/responses.ts'
import { acceptedByChat } from './chat-cases-accepted.ts'
import { refusedChatHistories } from './chat-cases-history.ts'
import { refusedChatRequests } from './chat-cases-requests.ts'
import { acceptedByResponses } from './responses-cases-accepted.ts'
import { refusedResponsesHistories } from './responses-cases-history.ts'
import { refusedResponsesRequests } from './responses-cases-requests.ts'
import { expected, judge, openAiHeaders, sender } from './verdict.ts'
import type { AcceptedCase, RefusedCase } from './verdict.ts'

type Table = {
  readonly path: string
  readonly refused: readonly RefusedCase[]
  readonly accepted: readonly AcceptedCase[]
  readonly rules: readonly { readonly id: string }[]
}

const tables: readonly Table[] = [
  { path: '/chat/completions', refused: [...refusedChatRequests, ...refusedChatHistories], accepted: acceptedByChat, rules: chatRules },
  {
    path: '/responses',
    refused: [...refusedResponsesRequests, ...refusedResponsesHistories],
    accepted: acceptedByResponses,
    rules: responsesRules,
  },
]

let simulator: Simulator

beforeAll(async () => {
  simulator = await startSimulator({
    scenario: (conversation) =>
      conversation.tools.length > 0 && conversation.results.length === 0 ? [reasoning('I look.'), callTool('look')] : text('Done'),
  })
})
afterAll(() => simulator.close())

describe.each(tables)('$path', ({ path, refused: refusedCases, accepted: acceptedCases, rules }) => {
  const send = () => sender(`${simulator.openaiBaseUrl}${path}`, openAiHeaders)

  test.each(refusedCases.map((refused) => [`${refused.rule}: ${refused.title}`, refused] as const))(
    'refuses %s',
    async (_title, refused) => {
      const judged = await judge(simulator, send(), refused)
      expect(judged).toMatchObject(expected(refused))
      expect(judged.error?.message).toContain(refused.says)
    },
  )

  test.each(acceptedCases.map((accepted) => [accepted.title, accepted] as const))('accepts %s', async (_title, accepted) => {
    expect(await judge(simulator, send(), accepted)).toEqual({ status: 200, error: null, verdict: { status: 'accepted' } })
  })

  test('every rule has a case that it refuses', () => {
    const covered = new Set(refusedCases.map(({ rule }) => rule))
    expect(rules.map(({ id }) => id).filter((id) => !covered.has(id))).toEqual([])
  })
})

test('an error has the shape of the provider', async () => {
  const response = await fetch(`${simulator.openaiBaseUrl}/responses`, { method: 'POST', headers: openAiHeaders, body: '{}' })
  expect(await response.json()).toEqual({
    error: {
      message: "Missing required parameter: 'model'.",
      type: 'invalid_request_error',
      param: 'model',
      code: 'missing_required_parameter',
    },
  })
  expect(response.headers.get('x-request-id')).toMatch(/^req_/)
})
