/** The model as TypeScript. */
import type { Settings } from '../../setup/settings.ts'
import { literal, type Piece, short } from './piece.ts'

export function modelCode({ provider, model, baseURL, keyVariable, price }: Settings['model']): Piece {
  if (provider === 'simulator') {
    return {
      imports: { '@seamfold/llm-anthropic': ['anthropic'], '@seamfold/simulator': ['codingScenario', 'startSimulator'] },
      before: [
        '// Without a key: a server on loopback that answers as the provider does.',
        'const simulator = await startSimulator({ scenario: codingScenario() })',
      ],
      given: [`llm: anthropic({ model: ${literal(model)}, apiKey: 'simulated', baseURL: simulator.anthropicBaseUrl }),`],
      after: ['await simulator.close()'],
    }
  }
  const address = baseURL === undefined ? '' : `, baseURL: ${literal(baseURL)}`
  const priced = price === undefined ? '' : `, price: ${short(price)}`
  const key = keyVariable === undefined ? `'none'` : `process.env[${literal(keyVariable)}] ?? ''`
  return {
    imports: { [`@seamfold/llm-${provider}`]: [provider] },
    given: [`llm: ${provider}({ model: ${literal(model)}, apiKey: ${key}${address}${priced} }),`],
  }
}
