/** The permission policy of a mode, with the rules of every layer and what is guarded, as TypeScript. */
import type { RuleLayer } from '@seamfold/core'
import { ownFiles } from '../../setup/ground.ts'
import { guardRules } from '../../setup/guarded-paths.ts'
import type { Settings } from '../../setup/settings.ts'
import { type Piece, short } from './piece.ts'

const layerOf = ({ layer, rules }: RuleLayer): string => `{ layer: ${short(layer)}, rules: ${short(rules)} }`

const list = (name: string, type: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [`const ${name}: readonly ${type}[] = [`, ...lines.map((line) => `  ${line},`), ']']

/** Whatever the mode and the rules say. */
function guardCode(settings: Settings): readonly string[] {
  const { rules, layers = [], sandbox = { mode: 'off' } } = settings
  const all = [
    ...(layers.length === 0 ? [] : ['...layers']),
    `{ layer: 'administrator', rules: guards }`,
    // A mode speaks of commands in the sandbox: for one outside there must be a rule.
    ...(sandbox.mode === 'off' ? [] : [`{ layer: 'default', rules: [{ ask: { tool: 'bash_outside' } }] }`]),
  ]
  return [
    '// Whatever the mode and the rules: the journal is not written, and what is run or believed only when somebody said so.',
    ...list('guards', 'Rule', guardRules(ownFiles(settings)).map(short)),
    `const guarded = policy({${rules.length === 0 ? '' : ' rules,'} layers: [${all.join(', ')}], default: 'allow' })`,
  ]
}

/** What the mode's policy is made of, without what is code. */
const plainOf = ({ mode, rules, layers = [] }: Settings): readonly string[] => [
  `mode: ${short(mode)}`,
  ...(rules.length === 0 ? [] : ['rules']),
  ...(layers.length === 0 ? [] : ['layers']),
]

/** What goes along with tasks for others, where the policy itself judges by code; it stands in the code before them. */
export const policiesForOthers = (settings: Settings): readonly string[] =>
  settings.mode === 'read-only'
    ? [
        '  // Which commands only read is told by code, which does not travel: elsewhere none run.',
        `  policies: [policy({ ${plainOf(settings).join(', ')} }), guarded],`,
      ]
    : []

export function policyCode(settings: Settings): Piece {
  const { mode, rules, layers = [] } = settings
  const reading = mode === 'read-only'
  const own = [...plainOf(settings), ...(reading ? [`commands: readOnlyCommands({ otherwise: 'deny' })`] : [])]
  return {
    imports: {
      '@seamfold/core': ['policy', 'type Rule', ...(layers.length === 0 ? [] : ['type RuleLayer']), 'stricterPolicy'],
      ...(reading ? { '@seamfold/tools': ['readOnlyCommands'] } : {}),
    },
    before: [...list('rules', 'Rule', rules.map(short)), ...list('layers', 'RuleLayer', layers.map(layerOf)), ...guardCode(settings)],
    given: [`permissions: stricterPolicy(policy({ ${own.join(', ')} }), guarded),`],
  }
}
