/** What judges calls, and what a rule may say. */
import type { Access, AccessKind } from './access.ts'
import type { Json, JsonObject } from './json.ts'

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
}

export type Rule = { readonly allow: RuleMatch } | { readonly ask: RuleMatch } | { readonly deny: RuleMatch }

export type Decision = 'allow' | 'ask' | 'deny'

/** What was decided, and why. */
export type Judgement = { readonly decision: Decision; readonly reason: string; readonly rule?: Rule }

/** A call as a policy sees it. */
export type ToolRequest = {
  readonly tool: string
  readonly accesses: readonly Access[]
  /** The arguments as they will run. */
  readonly args?: Json
  /** Whose call it is: a policy of your own may tell tenants apart by the session's metadata. */
  readonly session?: { readonly id: string; readonly metadata: JsonObject }
}

/** Judges calls. Make one with `policy({…})`, or write your own. */
export interface PermissionPolicy {
  judge(request: ToolRequest): Judgement
  /** False when every call of the tool would be denied: the model is not told of it. */
  exposes(tool: string): boolean
  /** Says what it is, for digests: two policies that judge alike describe alike. */
  describe(): string
}
