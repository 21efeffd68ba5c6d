/** Makes the permission policy of a mode, with the rules of the configuration and those a person adds while it runs. */
import {
  type Access,
  type Decision,
  isPermissionMode,
  type Judgement,
  MODES,
  type PermissionMode,
  type Policy,
  policy,
  type Rule,
  type RuleLayer,
  type ToolRequest,
} from '@seamfold/core'
import { AgentError } from '@seamfold/core/kit'
import { suggestion } from '../config/nearest.ts'
import { type Guard, guardOf } from './guarded-paths.ts'

export const MODE_NAMES: readonly string[] = Object.keys(MODES)

/** What becomes of a guarded write, whatever the mode allows, and why. */
const GUARDED: Readonly<Record<Guard, Judgement>> = {
  own: { decision: 'deny', reason: 'the sessions are kept in .seamfold, where no tool writes' },
  git: { decision: 'ask', reason: 'what lies in .git can make git run commands' },
  configuration: { decision: 'ask', reason: 'the configuration is run at the next start' },
}
const OF_A_HOOK: Judgement = { decision: 'ask', reason: 'a hook runs this file' }
const OUTSIDE: Judgement = { decision: 'ask', reason: 'it would run outside of the sandbox' }
const OF_A_POLICY: Judgement = { decision: 'ask', reason: 'rules are read from this file' }

type ByAccess = (access: Access) => Decision

/** Whether it writes in the workspace: what lies outside has an absolute path. */
const isInside = (access: Access): boolean => access.kind === 'write' && !access.path.startsWith('/')

/** A mode by its name. Throws `invalid_argument` for a name that is none. */
export function permissionMode(name: string): PermissionMode {
  if (isPermissionMode(name)) return name
  throw new AgentError('invalid_argument', `There is no permission mode '${name}'. ${suggestion(name, MODE_NAMES)}`)
}

/** A policy that can learn: what a person always allows in this session is no longer asked for. */
export interface LearningPolicy extends Policy {
  /** For every session, or for one of several. */
  allow(rules: readonly Rule[], sessionId?: string): void
}

export type ModeOptions = {
  /** Judges commands in the mode `read-only`. Default: denies them all. */
  readonly readOnly?: ByAccess
  /** Rules with the file and the lines that they come from. */
  readonly layers?: readonly RuleLayer[]
  /** The configuration in use, as accesses have it, wherever it lies and whatever its name. */
  readonly configuration?: string
  /** Files that hooks run, as accesses have them. */
  readonly hookFiles?: readonly string[]
  /** Files that rules are read from, as accesses have them. */
  readonly policyFiles?: readonly string[]
}

/** Guards win over rules, which win over the mode; a rule that was learned answers questions, and never overrules a denial or a guard. */
export function modePolicy(mode: PermissionMode, rules: readonly Rule[], options: ModeOptions = {}): LearningPolicy {
  const { readOnly = () => 'deny', layers = [] } = options
  const base = policy({ rules, layers, mode, ...(mode === 'read-only' ? { commands: readOnly } : {}) })
  const learned = new Learned()
  const guarded = (request: ToolRequest, judged: Judgement): Judgement => {
    // A mode that allows everything speaks of commands in the sandbox: for one outside there must be a rule.
    if (request.tool === 'bash_outside' && judged.decision === 'allow' && judged.rule === undefined) return OUTSIDE
    const guard = guardFor(request.accesses, options)
    return guard !== undefined && (guard.decision === 'deny' || judged.decision !== 'deny') ? guard : judged
  }
  return {
    judge: (request) => guarded(request, base.judge(learned.added(request))),
    explain(request) {
      const { judgement, parts, next } = base.explain(learned.added(request))
      const own = guarded(request, judgement)
      return {
        judgement: own,
        parts: parts.map((part) => ({ ...part, judgement: guarded({ ...request, accesses: [part.access] }, part.judgement) })),
        next: own === judgement ? next && guarded(request, next) : judgement,
      }
    },
    exposes: (name, session) => base.exposes(name, session),
    describe: () => `${mode} ${JSON.stringify(GUARDED)} ${base.describe()}`,
    layers: base.layers,
    allow: (more, sessionId) => learned.add(more, sessionId),
  }
}

/** Why a call is guarded: the strictest of the reasons. */
function guardFor(accesses: readonly Access[], { configuration, hookFiles = [], policyFiles = [] }: ModeOptions): Judgement | undefined {
  const guards = new Set(accesses.map((access) => guardOf(access, configuration)))
  for (const guard of ['own', 'git', 'configuration'] as const) if (guards.has(guard)) return GUARDED[guard]
  const isOneOf = (files: readonly string[]): boolean =>
    accesses.some((access) => files.some((file) => guardOf(access, file) !== undefined))
  if (isOneOf(hookFiles)) return OF_A_HOOK
  return isOneOf(policyFiles) ? OF_A_POLICY : undefined
}

/** What people have allowed since this process began. */
class Learned {
  readonly #rules = new Map<string | undefined, readonly Rule[]>()
  /** The same list each time, so that it is made ready once. */
  readonly #known = new Map<string | undefined, readonly Rule[]>()

  add(more: readonly Rule[], sessionId: string | undefined): void {
    this.#rules.set(sessionId, [...(this.#rules.get(sessionId) ?? []), ...more])
    this.#known.clear()
  }

  added(request: ToolRequest): ToolRequest {
    if (this.#rules.size === 0) return request
    const id = request.session?.id
    const own = this.#known.get(id) ?? [...(this.#rules.get(undefined) ?? []), ...(id === undefined ? [] : (this.#rules.get(id) ?? []))]
    this.#known.set(id, own)
    return { ...request, sessionRules: request.sessionRules === undefined ? own : [...request.sessionRules, ...own] }
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
