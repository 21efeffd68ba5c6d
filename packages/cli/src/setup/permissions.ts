/** Makes the permission policy of a mode, with the rules of the configuration and those a person adds while it runs. */
import { type Access, type AccessKind, type Decision, type PermissionPolicy, policy, type Rule } from '@seamfold/core'
import { AgentError } from '@seamfold/core/kit'
import type { PermissionMode } from '../config/config.ts'
import { suggestion } from '../config/nearest.ts'

const MODES: readonly PermissionMode[] = ['ask', 'auto-edit', 'full', 'read-only']

/** The journal of the sessions lies in the workspace: no tool writes there, whatever the mode. */
const OWN_RULES: readonly Rule[] = [{ deny: { access: 'write', path: '{**/,}.seamfold{/**,}' } }]

/** What changes nothing by itself. */
const LOOKING: ReadonlySet<AccessKind> = new Set(['read', 'net', 'agent'])

const DEFAULTS: Readonly<Record<PermissionMode, (access: Access) => Decision>> = {
  ask: ({ kind }) => (LOOKING.has(kind) ? 'allow' : 'ask'),
  'auto-edit': ({ kind }) => (LOOKING.has(kind) || kind === 'write' ? 'allow' : 'ask'),
  full: () => 'allow',
  'read-only': ({ kind }) => (LOOKING.has(kind) ? 'allow' : 'deny'),
}

/** Whether outside data names a mode. */
export const isPermissionMode = (value: unknown): value is PermissionMode => MODES.some((mode) => mode === value)

/** A mode by its name. Throws `invalid_argument` for a name that is none. */
export function permissionMode(name: string): PermissionMode {
  const found = MODES.find((mode) => mode === name)
  if (found !== undefined) return found
  throw new AgentError('invalid_argument', `There is no permission mode '${name}'. ${suggestion(name, MODES)}`)
}

/** A policy that can learn: what a person always allows in this session is no longer asked for. */
export interface LearningPolicy extends PermissionPolicy {
  allow(rules: readonly Rule[]): void
}

/** Rules win over the mode; a rule that was learned answers questions and never overrules a denial. */
export function modePolicy(mode: PermissionMode, rules: readonly Rule[]): LearningPolicy {
  const base = policy({ rules: [...OWN_RULES, ...rules], default: DEFAULTS[mode] })
  const learned: Rule[] = []
  let second = policy({ default: 'ask' })
  return {
    judge(given) {
      const request = { ...given, accesses: given.accesses.flatMap(commandByCommand) }
      const first = base.judge(request)
      if (first.decision !== 'ask' || learned.length === 0) return first
      const later = second.judge(request)
      return later.decision === 'allow' ? { ...later, reason: 'allowed for this session' } : first
    },
    exposes: (name) => base.exposes(name),
    describe: () => `${mode} ${base.describe()}`,
    allow(more) {
      learned.push(...more)
      second = policy({ rules: learned, default: 'ask' })
    },
  }
}

/** A line that runs several commands is judged as that many: each may be allowed by a rule of its own. */
function commandByCommand(access: Access): readonly Access[] {
  if (access.kind !== 'exec' || access.commands === undefined || access.commands.length < 2) return [access]
  return access.commands.map((command) => ({ kind: 'exec', command, commands: [command] }))
}

/** The rules that would let a call like this one pass, with words for them; undefined when it cannot be said safely. */
export function rulesLike(
  tool: string,
  accesses: readonly Access[],
): { readonly rules: readonly Rule[]; readonly words: string } | undefined {
  const rules: Rule[] = []
  const words = new Set<string>()
  for (const access of accesses) {
    if (access.kind === 'write') {
      rules.push({ allow: { access: 'write', path: '**' } })
      words.add('edits in this workspace')
    } else if (access.kind === 'exec') {
      if (access.commands === undefined || access.commands.length === 0) return undefined
      for (const command of access.commands) {
        rules.push({ allow: { access: 'exec', command } })
        words.add(`'${command}'`)
      }
    } else if (access.kind === 'net') {
      rules.push({ allow: { access: 'net', host: access.host } })
      words.add(access.host)
    } else if (access.kind === 'read') rules.push({ allow: { access: 'read', path: access.path } })
    else {
      rules.push({ allow: { tool } })
      words.add(`the tool ${tool}`)
    }
  }
  return rules.length === 0 ? undefined : { rules, words: [...words].join(', ') }
}
