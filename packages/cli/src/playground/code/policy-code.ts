/** The permission policy of a mode, with the rules of the configuration, as TypeScript. */
import type { Settings } from '../../setup/settings.ts'
import { type Piece, short } from './piece.ts'

/** Rules of every mode: the journal lies in the workspace, git runs what lies in its folder, and the configuration is run. */
const guards = [
  `{ deny: { access: 'write', path: '{**/,}.seamfold{/**,}' } }`,
  `{ ask: { access: 'write', path: '{**/,}.git{/**,}' } }`,
  `{ ask: { access: 'write', path: '{**/,}seamfold.config.*' } }`,
]

type Mode = { readonly before: readonly string[]; readonly otherwise: string; readonly tools?: readonly string[] }

const looking = `const looking: ReadonlySet<string> = new Set(['read', 'net', 'agent'])`

/** What a mode does with what no rule speaks of. */
const modes: Readonly<Record<Settings['mode'], Mode>> = {
  ask: { before: [looking], otherwise: `({ kind }) => (looking.has(kind) ? 'allow' : 'ask')` },
  'auto-edit': {
    before: [looking],
    otherwise: `(access) => (looking.has(access.kind) || (access.kind === 'write' && !access.path.startsWith('/')) ? 'allow' : 'ask')`,
  },
  full: { before: [], otherwise: `'allow'` },
  'read-only': {
    before: [
      looking,
      `const reading = readOnlyCommands({ otherwise: 'deny' })`,
      'const otherwise = (access: Access): Decision => {',
      `  if (access.kind === 'exec') return reading(access)`,
      `  if (access.kind === 'read' && access.path.startsWith('/')) return 'deny'`,
      `  return looking.has(access.kind) ? 'allow' : 'deny'`,
      '}',
    ],
    otherwise: 'otherwise',
    tools: ['readOnlyCommands'],
  },
}

export function policyCode({ mode, rules }: Pick<Settings, 'mode' | 'rules'>): Piece {
  const { before, otherwise, tools } = modes[mode]
  const types = tools === undefined ? [] : ['type Access', 'type Decision']
  return {
    imports: {
      '@seamfold/core': ['policy', 'type Rule', ...types],
      ...(tools === undefined ? {} : { '@seamfold/tools': tools }),
    },
    before: [
      ...before,
      'const rules: readonly Rule[] = [',
      ...[...guards, ...rules.map((rule) => short(rule))].map((rule) => `  ${rule},`),
      ']',
    ],
    given: [`permissions: policy({ rules, default: ${otherwise} }),`],
  }
}
