/** Makes the permission policy of a mode, with the rules of the configuration and those a person adds while it runs. */
import { type Access, type AccessKind, type Decision, type Judgement, type PermissionPolicy, policy, type Rule } from '@seamfold/core'
import { AgentError } from '@seamfold/core/kit'
import type { PermissionMode } from '../config/config.ts'
import { suggestion } from '../config/nearest.ts'
import { type Guard, guardOf } from './guarded-paths.ts'

const MODES: readonly PermissionMode[] = ['ask', 'auto-edit', 'full', 'read-only']

/** What becomes of a guarded write, whatever the mode allows, and why. */
const GUARDED: Readonly<Record<Guard, Judgement>> = {
  own: { decision: 'deny', reason: 'the sessions are kept in .seamfold, where no tool writes' },
  git: { decision: 'ask', reason: 'what lies in .git can make git run commands' },
  configuration: { decision: 'ask', reason: 'the configuration is run at the next start' },
}
const OF_A_HOOK: Judgement = { decision: 'ask', reason: 'a hook runs this file' }

type ByAccess = (access: Access) => Decision

/** What changes nothing by itself. */
const LOOKING: ReadonlySet<AccessKind> = new Set(['read', 'net', 'agent'])

/** Whether it writes in the workspace: what lies outside has an absolute path. */
const isInside = (access: Access): boolean => access.kind === 'write' && !access.path.startsWith('/')

/** Tells which commands only read; those are all that `read-only` lets run, and only in the workspace: there is nobody to ask. */
const lookingOnly =
  (command: ByAccess): ByAccess =>
  (access) => {
    if (access.kind === 'exec') return command(access)
    if (access.kind === 'read' && access.path.startsWith('/')) return 'deny'
    return LOOKING.has(access.kind) ? 'allow' : 'deny'
  }

const DEFAULTS: Readonly<Record<Exclude<PermissionMode, 'read-only'>, ByAccess>> = {
  ask: ({ kind }) => (LOOKING.has(kind) ? 'allow' : 'ask'),
  'auto-edit': (access) => (LOOKING.has(access.kind) || isInside(access) ? 'allow' : 'ask'),
  full: () => 'allow',
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
  /** For every session, or for one of several. */
  allow(rules: readonly Rule[], sessionId?: string): void
}

export type ModeOptions = {
  /** Judges commands in the mode `read-only`. Default: denies them all. */
  readonly readOnly?: ByAccess
  /** The configuration in use, as accesses have it, wherever it lies and whatever its name. */
  readonly configuration?: string
  /** Files that hooks run, as accesses have them. */
  readonly hookFiles?: readonly string[]
}

/** Guards win over rules, which win over the mode; a rule that was learned answers questions, and never overrules a denial or a guard. */
export function modePolicy(mode: PermissionMode, rules: readonly Rule[], options: ModeOptions = {}): LearningPolicy {
  const { readOnly = () => 'deny', configuration, hookFiles = [] } = options
  const base = policy({ rules, default: mode === 'read-only' ? lookingOnly(readOnly) : DEFAULTS[mode] })
  const learned = new Map<string | undefined, { readonly rules: readonly Rule[]; readonly policy: PermissionPolicy }>()
  return {
    judge(request) {
      const guards = new Set(request.accesses.map((access) => guardOf(access, configuration)))
      if (guards.has('own')) return GUARDED.own
      const first = base.judge(request)
      if (first.decision === 'deny') return first
      if (guards.has('git')) return GUARDED.git
      if (guards.has('configuration')) return GUARDED.configuration
      if (request.accesses.some((access) => hookFiles.some((file) => guardOf(access, file) !== undefined))) return OF_A_HOOK
      if (first.decision !== 'ask') return first
      const later = learned.get(request.session?.id)?.policy.judge(request)
      const always = later?.decision === 'allow' ? later : learned.get(undefined)?.policy.judge(request)
      return always?.decision === 'allow' ? { ...always, reason: 'allowed for this session' } : first
    },
    exposes: (name) => base.exposes(name),
    describe: () => `${mode} ${JSON.stringify(GUARDED)} ${base.describe()}`,
    allow(more, sessionId) {
      const known = [...(learned.get(sessionId)?.rules ?? []), ...more]
      learned.set(sessionId, { rules: known, policy: policy({ rules: known, default: 'ask' }) })
    },
  }
}

/** The rules that would let a call like this one pass, with words for them; undefined when it cannot be said safely. */
export function rulesLike(
  tool: string,
  accesses: readonly Access[],
): { readonly rules: readonly Rule[]; readonly words: string } | undefined {
  const rules: Rule[] = []
  const words = new Set<string>()
  // What is guarded is asked for each time.
  if (accesses.some((access) => guardOf(access) !== undefined)) return undefined
  const runs = accesses.some(({ kind }) => kind === 'exec')
  for (const access of accesses) {
    // A command that is allowed may touch what its words name.
    if ((access.kind === 'read' || access.kind === 'write') && access.by !== undefined) continue
    if (access.kind === 'write') {
      const everywhere = isInside(access) && !runs
      if (!everywhere && /[*?{]/.test(access.path)) return undefined
      rules.push({ allow: { access: 'write', path: everywhere ? '**' : access.path } })
      words.add(everywhere ? 'edits in this workspace' : `writing ${access.path}`)
    } else if (access.kind === 'exec') {
      // A rule that ends in a star would allow more than this.
      if (access.commands === undefined || access.commands.length === 0 || access.commands.some((command) => command.endsWith(' *'))) {
        return undefined
      }
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
