/** The permission policy of a mode, with the rules of every layer and what is guarded, as TypeScript. */
import type { RuleLayer } from '@seamfold/core'
import { ownFiles } from '../../setup/ground.ts'
import type { Settings } from '../../setup/settings.ts'
import { type Piece, short } from './piece.ts'

/** The journal lies in the workspace, git runs what lies in its folder, and the configuration is run. */
const guards = [
  `{ deny: { access: 'write', path: '{**/,}.seamfold{/**,}' } }`,
  `{ ask: { access: 'write', path: '{**/,}.git{/**,}' } }`,
  `{ ask: { access: 'write', path: '{**/,}seamfold.config.*' } }`,
]

/** The path of one file as a glob: what stands for more than itself there matches one letter. */
const asGlob = (path: string): string => path.replaceAll(/[*?{}]/g, '?')

const guardOf = (file: string): string => short({ ask: { access: 'write', path: asGlob(file) } })

const layerOf = ({ layer, rules }: RuleLayer): string => `{ layer: ${short(layer)}, rules: ${short(rules)} }`

const list = (name: string, type: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [`const ${name}: readonly ${type}[] = [`, ...lines.map((line) => `  ${line},`), ']']

/** Whatever the mode and the rules say. */
function guardCode(settings: Settings): readonly string[] {
  const { rules, layers = [], sandbox = { mode: 'off' } } = settings
  const guarded = [...guards, ...[...new Set(ownFiles(settings))].map(guardOf)]
  const all = [
    ...(layers.length === 0 ? [] : ['...layers']),
    `{ layer: 'administrator', rules: guards }`,
    // A mode speaks of commands in the sandbox: for one outside there must be a rule.
    ...(sandbox.mode === 'off' ? [] : [`{ layer: 'default', rules: [{ ask: { tool: 'bash_outside' } }] }`]),
  ]
  return [
    '// Whatever the mode and the rules: the journal is not written, and what is run or believed only when somebody said so.',
    ...list('guards', 'Rule', guarded),
    `const guarded = policy({${rules.length === 0 ? '' : ' rules,'} layers: [${all.join(', ')}], default: 'allow' })`,
  ]
}

export function policyCode(settings: Settings): Piece {
  const { mode, rules, layers = [] } = settings
  const reading = mode === 'read-only'
  const own = [
    `mode: ${short(mode)}`,
    ...(rules.length === 0 ? [] : ['rules']),
    ...(layers.length === 0 ? [] : ['layers']),
    ...(reading ? [`commands: readOnlyCommands({ otherwise: 'deny' })`] : []),
  ]
  return {
    imports: {
      '@seamfold/core': ['policy', 'type Rule', ...(layers.length === 0 ? [] : ['type RuleLayer']), 'stricterPolicy'],
      ...(reading ? { '@seamfold/tools': ['readOnlyCommands'] } : {}),
    },
    before: [...list('rules', 'Rule', rules.map(short)), ...list('layers', 'RuleLayer', layers.map(layerOf)), ...guardCode(settings)],
    given: [`permissions: stricterPolicy(policy({ ${own.join(', ')} }), guarded),`],
  }
}
