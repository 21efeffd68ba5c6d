/** The model as TypeScript. */
import type { Settings } from '../../setup/settings.ts'
import { literal, type Piece, short } from './piece.ts'

type Choice = Settings['model']

/** A client of this provider, for the model that `named` says. */
export function clientCode(choice: Choice, named: string, more = ''): Pick<Piece, 'imports'> & { readonly code: string } {
  const { provider, baseURL, keyVariable } = choice
  if (provider === 'simulator') {
    const code = `anthropic({ model: ${named}, apiKey: 'simulated', baseURL: simulator.anthropicBaseUrl })`
    return { imports: { '@seamfold/llm-anthropic': ['anthropic'] }, code }
  }
  const address = baseURL === undefined ? '' : `, baseURL: ${literal(baseURL)}`
  const key = keyVariable === undefined ? `'none'` : `process.env[${literal(keyVariable)}] ?? ''`
  const code = `${provider}({ model: ${named}, apiKey: ${key}${address}${more} })`
  return { imports: { [`@seamfold/llm-${provider}`]: [provider] }, code }
}

export function modelCode(choice: Choice): Piece {
  const { imports, code } = clientCode(choice, literal(choice.model), choice.price === undefined ? '' : `, price: ${short(choice.price)}`)
  const given = [`llm: ${code},`]
  if (choice.provider !== 'simulator') return { imports, given }
  return {
    imports: { ...imports, '@seamfold/simulator': ['codingScenario', 'startSimulator'] },
    before: [
      '// Without a key: a server on loopback that answers as the provider does.',
      'const simulator = await startSimulator({ scenario: codingScenario() })',
    ],
    given,
    after: ['await simulator.close()'],
  }
}
