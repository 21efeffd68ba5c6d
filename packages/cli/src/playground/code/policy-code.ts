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

export function policyCode(settings: Settings): Piece {
  const { mode, rules, layers = [] } = settings
  const guarded = [...guards, ...[...new Set(ownFiles(settings))].map(guardOf)]
  const reading = mode === 'read-only'
  const commands = reading ? `, commands: readOnlyCommands({ otherwise: 'deny' })` : ''
  return {
    imports: {
      '@seamfold/core': ['policy', 'type Rule', 'type RuleLayer', 'stricterPolicy'],
      ...(reading ? { '@seamfold/tools': ['readOnlyCommands'] } : {}),
    },
    before: [
      'const rules: readonly Rule[] = [',
      ...rules.map((rule) => `  ${short(rule)},`),
      ']',
      'const layers: readonly RuleLayer[] = [',
      ...layers.map((layer) => `  ${layerOf(layer)},`),
      ']',
      '// Whatever the mode and the rules: nobody writes the journal, and what is run or believed is written only when somebody said so.',
      'const guards: readonly Rule[] = [',
      ...guarded.map((rule) => `  ${rule},`),
      ']',
      '// A mode speaks of commands in the sandbox: for one outside there must be a rule.',
      `const outside: readonly Rule[] = [{ ask: { tool: 'bash_outside' } }]`,
      'const guarded = policy({',
      '  rules,',
      `  layers: [...layers, { layer: 'administrator', rules: guards }, { layer: 'default', rules: outside }],`,
      `  default: 'allow',`,
      '})',
    ],
    given: [`permissions: stricterPolicy(policy({ mode: ${short(mode)}, rules, layers${commands} }), guarded),`],
  }
}
