/** The OpenAI models that this package knows: window, longest answer and list price, as read on the day below. */
import type { Price } from '@seamfold/core/kit'

export type KnownModel = { readonly contextWindow: number; readonly maxOutputTokens: number; readonly price: Price }

const AS_OF = '2026-11-05'

type Row = readonly [contextWindow: number, maxOutputTokens: number, input: number, output: number, cacheRead: number, cacheWrite?: number]

/**
 * Standard rates in US dollars per million tokens. Models from 5.4 on take about a million tokens, but bill a request of
 * more than 272,000 at up to twice these rates: their window here is the part where the price is true (272,000 in and
 * 128,000 out). To use the rest, pass `contextWindow` and a `price` for it.
 */
const MODELS: Readonly<Record<string, Row>> = {
  'gpt-6-astra': [400_000, 128_000, 10, 50, 1, 12.5],
  'gpt-6.1-sol': [400_000, 128_000, 2, 10, 0.1, 2.5],
  'gpt-6.1-terra': [400_000, 128_000, 1, 5, 0.05, 1.25],
  'gpt-6-sol': [400_000, 128_000, 2, 10, 0.2, 2.5],
  'gpt-6-luna': [400_000, 128_000, 0.1, 0.5, 0.01, 0.125],
  'gpt-5.6-sol': [400_000, 128_000, 4, 20, 0.4, 5],
  'gpt-5.6-terra': [400_000, 128_000, 2, 12, 0.2, 2.5],
  'gpt-5.6-luna': [400_000, 128_000, 0.2, 1.2, 0.02, 0.25],
  'gpt-5.5': [400_000, 128_000, 5, 30, 0.5],
  'gpt-5.4': [400_000, 128_000, 2.5, 15, 0.25],
  'gpt-5.4-mini': [400_000, 128_000, 0.75, 4.5, 0.075],
  'gpt-5.4-nano': [400_000, 128_000, 0.2, 1.25, 0.02],
  'gpt-5.2': [400_000, 128_000, 1.75, 14, 0.175],
  'gpt-5.1': [400_000, 128_000, 1.25, 10, 0.125],
  'gpt-5': [400_000, 128_000, 1.25, 10, 0.125],
  'gpt-5-mini': [400_000, 128_000, 0.25, 2, 0.025],
  'gpt-5-nano': [400_000, 128_000, 0.05, 0.4, 0.005],
  'gpt-4.1': [1_047_576, 32_768, 2, 8, 0.5],
  'gpt-4.1-mini': [1_047_576, 32_768, 0.4, 1.6, 0.1],
  'gpt-4.1-nano': [1_047_576, 32_768, 0.1, 0.4, 0.025],
  'gpt-4o': [128_000, 16_384, 2.5, 10, 1.25],
  'gpt-4o-mini': [128_000, 16_384, 0.15, 0.6, 0.075],
  o3: [200_000, 100_000, 2, 8, 0.5],
  'o4-mini': [200_000, 100_000, 1.1, 4.4, 0.275],
}

/** The names of the models that are known. */
export const knownModels: readonly string[] = Object.keys(MODELS)

/** What is known of a model or of a dated snapshot of one (`gpt-5-2025-08-07`); undefined for any other name. */
export function knownModel(id: string): KnownModel | undefined {
  const row = MODELS[id.replace(/-\d{4}-\d{2}-\d{2}$/, '')]
  if (row === undefined) return undefined
  const [contextWindow, maxOutputTokens, input, output, cacheRead, cacheWrite] = row
  const price = { input, output, cacheRead, ...(cacheWrite === undefined ? {} : { cacheWrite }), asOf: AS_OF }
  return { contextWindow, maxOutputTokens, price }
}

/** Whether this is one of OpenAI's models that refuse the old name of the output limit, whoever serves it. */
export const isReasoningModel = (id: string): boolean => /^(o\d|gpt-[5-9])/.test(id)

/** Whether a model may have reasoning to encrypt: asking the ones below for it is refused. */
export const mayReason = (id: string): boolean => !/^(gpt-3|gpt-4|chatgpt-4)|-chat-latest$/.test(id)
