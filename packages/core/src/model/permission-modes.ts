/** What becomes of calls that no rule speaks of, as modes with a name. */
import type { Access } from './access.ts'
import { compileRule } from './compiled-rule.ts'
import type { Decision, RuleMatch } from './permission-policy.ts'

export type PermissionMode = 'read-only' | 'ask' | 'auto-edit' | 'full'

/** What a mode lets run, and what becomes of the rest. */
export type Mode = { readonly allow: readonly RuleMatch[]; readonly otherwise: Decision }

const LOOKING: readonly RuleMatch[] = [{ access: 'read' }, { access: 'net' }, { access: 'agent' }]

/** The strictest first. */
export const MODES: Readonly<Record<PermissionMode, Mode>> = {
  /** There is nobody to ask: it reads in the workspace alone. */
  'read-only': { allow: [{ access: 'read', path: '**' }, { access: 'net' }, { access: 'agent' }], otherwise: 'deny' },
  ask: { allow: LOOKING, otherwise: 'ask' },
  'auto-edit': { allow: [...LOOKING, { access: 'write', path: '**' }], otherwise: 'ask' },
  full: { allow: [], otherwise: 'allow' },
}

const NAMES = Object.keys(MODES) as readonly PermissionMode[]

/** Whether outside data names a mode. */
export const isPermissionMode = (value: unknown): value is PermissionMode => NAMES.some((name) => name === value)

/** Of two modes the one that allows less. */
export const stricterMode = (a: PermissionMode, b: PermissionMode): PermissionMode => (NAMES.indexOf(a) <= NAMES.indexOf(b) ? a : b)

/** A mode as a default. `commands` judges commands in its place. */
export function modeDefault(mode: PermissionMode, commands?: (access: Access) => Decision): (access: Access) => Decision {
  const { allow, otherwise } = MODES[mode]
  const rules = allow.map((match, index) => compileRule({ allow: match }, { layer: 'default' }, index))
  return (access) => {
    if (access.kind === 'exec' && commands !== undefined) return commands(access)
    return rules.some((rule) => rule.touches(access) === 'yes') ? 'allow' : otherwise
  }
}
