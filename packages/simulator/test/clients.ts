/** The providers' own clients, pointed at a simulator, without retries of their own. */
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import type { Simulator } from '../src/index.ts'

export const anthropicClient = (simulator: Simulator): Anthropic =>
  new Anthropic({ apiKey: 'test-key', baseURL: simulator.anthropicBaseUrl, maxRetries: 0 })

export const openAiClient = (simulator: Simulator): OpenAI =>
  new OpenAI({ apiKey: 'test-key', baseURL: simulator.openaiBaseUrl, maxRetries: 0 })

/** A 1×1 PNG. */
export const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

/** A text of exactly so many tokens, when it stands alone. */
export const words = (tokens: number): string => 'word'.repeat(tokens)

export const weatherSchema = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
} as const
