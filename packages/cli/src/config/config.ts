/** The configuration as a type, for files that are written in TypeScript. */
import type { Budget, BudgetLimits, PermissionMode, Price, Rule, Timeouts } from '@seamfold/core'
import type { LaneLimits, LaneName, LaneRetry, LaneRules } from '@seamfold/core/kit'
import type { HookMatch } from '@seamfold/hooks'
import type { SandboxMode, SandboxOptions } from '@seamfold/tools'

export type { PermissionMode } from '@seamfold/core'

/** Rules, with a mode for what they do not speak of. Rules also have a short form: `allow exec(git status)`. */
export type PolicyConfig = { readonly mode?: PermissionMode; readonly rules?: readonly (Rule | string)[] }

export type ProviderName = 'anthropic' | 'openai' | 'simulator'

/** Whom a hook asks: a program with its arguments, a line for a shell (both in the configuration's folder), or a web service. */
type HookWay =
  | { readonly command: readonly string[] }
  | { readonly shell: string }
  | {
      readonly url: string
      readonly headers?: Readonly<Record<string, string>>
      /** The variable that holds the secret with which requests are signed. */
      readonly secretVariable?: string
    }

/** One hook: what it is told of, and whom it asks. */
export type HookConfig = HookMatch &
  HookWay & {
    /** For messages. Default: its number. */
    readonly name?: string
    /** Lower is asked first. Default: 100. */
    readonly priority?: number
    /** Milliseconds that it may take. Default: 30,000. */
    readonly timeoutMs?: number
  }

/** A mode, or a mode with what commands may do in the sandbox. */
export type SandboxConfig = SandboxMode | Omit<SandboxOptions, 'onMissing'>

/** `false`: nothing is hidden. */
export type SecretsConfig =
  | false
  | {
      /** Variables that models may refer to as `secret://NAME`, without seeing them. Default: none. */
      readonly offer?: readonly string[]
      /** Variables that hold secrets although their names do not say so. Default: none. */
      readonly hide?: readonly string[]
      /** Look for keys that are known by their looks, too. Default: true. */
      readonly shapes?: boolean
    }

type LaneConfig = Omit<LaneLimits, 'handler' | 'retry'> & { readonly retry?: Omit<LaneRetry, 'on'> }

/** One queue for a session and all its sub-agents. */
export type LanesConfig = { readonly [Name in LaneName]?: LaneConfig } & Pick<LaneRules, 'concurrency' | 'tools'>

/** What `seamfold.config.ts` or `seamfold.config.json` may hold. Command-line options win over it. */
export type SeamfoldConfig = {
  /** The model's name, as its provider calls it. Default: the provider's default. */
  readonly model?: string
  /** Default: told by the model's name, else by the key that is set. */
  readonly provider?: ProviderName
  /** Where the provider is spoken to, for compatible servers. Default: the provider's own address. */
  readonly baseURL?: string
  /** The system prompt. Default: a short one for work on code. */
  readonly instructions?: string
  /** A mode, or rules with a mode for what they do not speak of. Default: `ask`. */
  readonly permissions?: PermissionMode | PolicyConfig
  /** Whether commands run in a sandbox: `off`, `auto` or `required`, or an object with the mode and what they may do. Default: `off`. */
  readonly sandbox?: SandboxConfig
  /**
   * Ask a person about a call that was cut off and may have taken effect, instead of telling the model that nobody knows: of these tools,
   * or of all. Default: of none.
   */
  readonly askWhenUnknown?: boolean | readonly string[]
  /** US dollars per million tokens of the model, for one whose price is not known. */
  readonly price?: Price
  /** What one run may use up; all runs of a session together; and all sessions in the journal together, day by day. */
  readonly budget?: NonNullable<Budget['perRun']> & {
    readonly perSession?: NonNullable<Budget['perSession']>
    readonly perDay?: BudgetLimits
  }
  /** The journal's file, relative to the configuration. Default: `.seamfold/sessions.db` in the workspace. */
  readonly store?: string
  /** `keep`: variables by name that commands see although their names look like those of keys. Default: none. */
  readonly environment?: { readonly keep?: readonly string[] }
  /** What is kept from models, journals and events, and what commands may be given. Default: all that is found is hidden, nothing is offered. */
  readonly secrets?: SecretsConfig
  /** Folders with files of agents, relative to the configuration; the last one wins. `.seamfold/agents` is always read. */
  readonly agents?: readonly string[]
  /** Commands and web services that are asked before something happens, or told what did. */
  readonly hooks?: readonly HookConfig[]
  /** Lanes of tool calls: how many at once, how fast, how long. Default: none, and calls wait for nothing. */
  readonly lanes?: LanesConfig
  /** Milliseconds. */
  readonly timeouts?: Timeouts
}

/** Write a configuration with its type checked. */
export const defineConfig = (config: SeamfoldConfig): SeamfoldConfig => config

/** Write a policy with its type checked. */
export const definePolicy = (policy: PolicyConfig): PolicyConfig => policy
