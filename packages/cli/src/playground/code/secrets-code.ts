/** What is kept from the model and the journal, as TypeScript: names of variables, never what they hold. */
import type { Settings } from '../../setup/settings.ts'
import { type Piece, short } from './piece.ts'

export function secretsCode({ secrets = {}, workspace }: Settings): Piece {
  if (secrets === false) return { imports: {} }
  const { hide = [], offer = [], shapes = true } = secrets
  const hidden = [...hide, ...offer]
  const named = hidden.length === 0 ? '' : `, hide: ${short(hidden)}`
  const given = [
    'values: secrets',
    ...(offer.length === 0 ? [] : [`references: environmentSecrets({ ...secrets, ...process.env }, ${short(offer)})`]),
    ...(shapes ? [] : ['shapes: false']),
  ]
  return {
    imports: {
      '@seamfold/core': ['dataProtection', ...(offer.length === 0 ? [] : ['environmentSecrets'])],
      '@seamfold/tools': ['workspaceSecrets'],
    },
    before: [
      '// Variables that look like keys, and what lies in .env files.',
      `const secrets = workspaceSecrets({ directory: ${short(workspace)}${named} })`,
    ],
    given: [`security: dataProtection({ ${given.join(', ')} }),`],
  }
}
