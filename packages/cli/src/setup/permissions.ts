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
  type AlwaysRules,
  alwaysRules,
} from '@seamfold/core'
import { AgentError, type WaitingFor } from '@seamfold/core/kit'
import { suggestion } from '../config/nearest.ts'
import { type Guard, guardOf, guardRules } from './guarded-paths.ts'

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

/** A mode by its name. Throws `invalid_argument` for a name that is none. */
export function permissionMode(name: string): PermissionMode {
  if (isPermissionMode(name)) return name
  throw new AgentError('invalid_argument', `There is no permission mode '${name}'. ${suggestion(name, MODE_NAMES)}`)
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

/** Guards win over rules, which win over the mode; rules that people gave for a session answer questions, and never overrule a denial or a guard. */
export function modePolicy(mode: PermissionMode, rules: readonly Rule[], options: ModeOptions = {}): Policy {
  const { readOnly = () => 'deny', layers = [], hookFiles = [], policyFiles = [] } = options
  const base = policy({ rules, layers, mode, ...(mode === 'read-only' ? { commands: readOnly } : {}) })
  const guarded = (request: ToolRequest, judged: Judgement): Judgement => {
    // A mode that allows everything speaks of commands in the sandbox: for one outside there must be a rule.
    if (request.tool === 'bash_outside' && judged.decision === 'allow' && judged.rule === undefined) return OUTSIDE
    const guard = guardFor(request.accesses, options)
    return guard !== undefined && (guard.decision === 'deny' || judged.decision !== 'deny') ? guard : judged
  }
  const judge = (request: ToolRequest): Judgement => guarded(request, base.judge(request))
  const files = [...hookFiles, ...policyFiles, ...(options.configuration === undefined ? [] : [options.configuration])]
  return {
    judge,
    explain(request) {
      const { judgement, parts, next } = base.explain(request)
      const own = guarded(request, judgement)
      return {
        judgement: own,
        parts: parts.map((part) => ({ ...part, judgement: guarded({ ...request, accesses: [part.access] }, part.judgement) })),
        next: own === judgement ? next && guarded(request, next) : judgement,
      }
    },
    exposes: (name, session) => base.exposes(name, session),
    narrow: base.narrow,
    // Elsewhere nobody knows which commands only read: there the mode `read-only` denies them all.
    source: {
      judge,
      toList: (asked) =>
        [policy({ rules, layers, mode }), guardPolicy({ rules, layers, files })].flatMap((each) => each.source?.toList(asked) ?? []),
    },
    describe: () => `${mode} ${JSON.stringify(GUARDED)} ${base.describe()}`,
    layers: base.layers,
  }
}

type Guarding = { readonly rules: readonly Rule[]; readonly layers: readonly RuleLayer[]; readonly files: readonly string[] }

/** The guards as data; a mode speaks of commands in the sandbox, and for one outside there must be a rule. */
const guardPolicy = ({ rules, layers, files }: Guarding): Policy =>
  policy({
    rules,
    layers: [
      ...layers,
      { layer: 'administrator', rules: guardRules(files) },
      { layer: 'default', rules: [{ ask: { tool: 'bash_outside' } }] },
    ],
    default: 'allow',
  })

/** Why a call is guarded: the strictest of the reasons. */
function guardFor(accesses: readonly Access[], { configuration, hookFiles = [], policyFiles = [] }: ModeOptions): Judgement | undefined {
  const guards = new Set(accesses.map((access) => ('perhaps' in access ? undefined : guardOf(access, configuration))))
  for (const guard of ['own', 'git', 'configuration'] as const) if (guards.has(guard)) return GUARDED[guard]
  const perhaps = accesses.map((access) => guardOf(access, configuration)).find((guard) => guard !== undefined)
  if (perhaps !== undefined) return { ...GUARDED[perhaps], decision: 'ask' }
  const isOneOf = (files: readonly string[]): boolean =>
    accesses.some((access) => files.some((file) => guardOf(access, file) !== undefined))
  if (isOneOf(hookFiles)) return OF_A_HOOK
  return isOneOf(policyFiles) ? OF_A_POLICY : undefined
}

/** What "always" would allow beyond this request, with words for it; undefined when it cannot be said safely. What is guarded is asked for each time. */
export const rulesLike = (request: Pick<WaitingFor, 'toolName' | 'accesses' | 'kind'>): AlwaysRules | undefined =>
  request.accesses.some((access) => guardOf(access) !== undefined) ? undefined : alwaysRules(request)

/** A call of a sub-agent is known by its place in the task's. */
const OF_THE_SESSION = /^[^/]+$/

/**
 * Whether rules that a person gave for the session meanwhile let a request pass. Not where the policy may ask because of what a request
 * does not tell: the effect of the call, or who makes it.
 */
export function coversRequest(
  judge: Policy,
  { kind, toolName, accesses, args, callId, sessionId }: WaitingFor,
  sessionRules: readonly Rule[],
): boolean {
  const isHidden = judge.layers.some(({ rules }) =>
    rules.some((rule) => 'ask' in rule && (rule.ask.effect ?? rule.ask.agent) !== undefined),
  )
  if (kind !== 'confirmation' || isHidden || !OF_THE_SESSION.test(callId)) return false
  return judge.judge({ tool: toolName, accesses, args, session: { id: sessionId, metadata: {} }, sessionRules }).decision === 'allow'
}
