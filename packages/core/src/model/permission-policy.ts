/** What judges calls, and what a rule may say. */
import type { Access, AccessKind, Effect } from './access.ts'
import type { Json, JsonObject } from './json.ts'
import type { PermissionMode } from './permission-modes.ts'

/** What a rule speaks of. All that is given must match; a rule needs at least one. */
export type RuleMatch = {
  /** A tool's name; `*` stands for any run of characters. */
  readonly tool?: string
  /** A kind of access. */
  readonly access?: AccessKind
  /**
   * A glob over the path of a read or write: `*` within a segment, `**` across segments. To allow what lies outside of the workspace
   * it has to begin with `/`.
   */
  readonly path?: string
  /** A simple command, word by word; `*` at the end stands for any further words. A line is judged by every command that it runs. */
  readonly command?: string
  /** A host; `*.example.com` stands for its subdomains. */
  readonly host?: string
  /** What happens when the call is made twice. Of a tool that declares none: `unsafe`. */
  readonly effect?: Effect
  /** Who makes the call: the name of a sub-agent, `*` as for tools. The agent outside has the empty name. */
  readonly agent?: string
  /** The agent that the call would start, `*` as for tools. */
  readonly starts?: string
}

export type Rule =
  | { readonly allow: RuleMatch }
  | {
      readonly ask: RuleMatch
      /** How many milliseconds an approval is waited for, more than 0. Default: what the agent's `confirmTimeout` says. */
      readonly timeoutMs?: number
      /** What then. Where several rules ask for a call the strictest counts, and `approve` only if all say so. Default: `reject`. */
      readonly onTimeout?: ConfirmTimeout['action']
    }
  | { readonly deny: RuleMatch }

export type Decision = 'allow' | 'ask' | 'deny'

/** Who a rule comes from, the weakest first. */
export type PolicyLayer = 'default' | 'project' | 'user' | 'session' | 'administrator'

/** The rules of one layer, with the file and the lines that they come from. */
export type RuleLayer = {
  readonly layer: PolicyLayer
  readonly rules: readonly Rule[]
  readonly file?: string
  /** By the place in `rules`, counted from one. */
  readonly lines?: readonly (number | undefined)[]
}

/** A policy as data, as it travels with a step: what `policy` takes, without what is code. */
export type PolicyData = {
  readonly rules?: readonly Rule[]
  readonly layers?: readonly RuleLayer[]
  readonly mode?: PermissionMode
  readonly default?: Decision
}

/** Where a rule stands. */
export type RuleOrigin = { readonly layer: PolicyLayer; readonly file?: string; readonly line?: number }

/** How long an approval is waited for. The deadline is stored with the request, and holds in whichever process looks at it. */
export type ConfirmTimeout = {
  readonly afterMs: number
  /**
   * What then: `reject` the call, `approve` it (never what the policy denies), or `suspend` the run, which then waits for as long as
   * it takes.
   */
  readonly action: 'reject' | 'approve' | 'suspend'
}

/** What was decided, and why. Without a rule it was the default. */
export type Judgement = {
  readonly decision: Decision
  readonly reason: string
  readonly rule?: Rule
  readonly origin?: RuleOrigin
  /** Of `ask`, instead of the agent's `confirmTimeout`. */
  readonly timeout?: ConfirmTimeout
}

/** A call as a policy sees it. */
export type ToolRequest = {
  readonly tool: string
  readonly accesses: readonly Access[]
  /** What happens when it is made twice. */
  readonly effect?: Effect
  /** The arguments as they will run. */
  readonly args?: Json
  /** Whose call it is: a policy of your own may tell tenants apart by the session's metadata. Of a sub-agent they name the `agent`. */
  readonly session?: { readonly id: string; readonly metadata: JsonObject }
  /** Rules that hold for this session, as a person added them: the layer `session`. */
  readonly sessionRules?: readonly Rule[]
}

/** Judges calls. Make one with `policy({…})`, or write your own. */
export interface PermissionPolicy {
  judge(request: ToolRequest): Judgement
  /** False when every call of the tool would be denied: the model is not told of it. */
  exposes(tool: string, session?: ToolRequest['session']): boolean
  /** Says what it is, for digests: two policies that judge alike describe alike. */
  describe(): string
  /**
   * What `own` allows and the data too, for steps whose caller narrows what they may do; without it such steps are not begun. Who
   * wraps a policy passes it on. Throws `invalid_argument` for data that is not understood whole.
   */
  readonly narrow?: ((own: PermissionPolicy, data: PolicyData) => PermissionPolicy) | undefined
  /** What it judges by, for steps that are given to others. Without it an agent gives none away, unless the host says what they may do. */
  readonly source?: PolicySource | undefined
}

/** A policy as data that goes with a step. */
export interface PolicySource {
  /** The judge that the data says the same as: what was made from a policy and judges in a way of its own is not what the data says. */
  readonly judge: PermissionPolicy['judge']
  /** Each must allow. Throws `invalid_argument` where it judges by a function. */
  toList(asked: PolicySourceOptions): readonly PolicyData[]
}

export type PolicySourceOptions = {
  /** Those that people added for the session. */
  readonly rules: readonly Rule[]
  /** Only what narrows it from above: the caller of its step, or whoever gave its task. Default: all of it. */
  readonly above?: boolean
}
