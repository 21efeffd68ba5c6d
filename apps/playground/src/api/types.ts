/** What the server tells beside events. */
import type { GivenResult, LedgerSnapshot, RecordedRequest, SentRequest, StoredWorkflowRecord } from '@seamfold/core'
import type { Access, Json, JsonObject, Message, Usage, WaitingFor } from '@seamfold/core/kit'

/** What one run may use up, as far as it is limited. */
export type Limits = { readonly usd?: number; readonly tokens?: number; readonly turns?: number; readonly toolCalls?: number }

export type About = {
  readonly model: string
  readonly simulated: boolean
  readonly durable: boolean
  /** Tokens that the model can read at once. */
  readonly contextWindow?: number
  readonly limits?: Limits
  /** What one session may use up in all its runs. */
  readonly sessionLimits?: Limits
  readonly workspace?: string
  readonly journal?: string
  readonly modes?: readonly string[]
  readonly models?: readonly string[]
  readonly tools?: readonly string[]
  readonly examples?: readonly { readonly title: string; readonly prompt: string }[]
  readonly seams?: readonly { readonly seam: string; readonly uses: string; readonly detail?: string }[]
  /** TypeScript that makes an agent like this one. */
  readonly code?: string
}

export type SessionSummary = {
  readonly id: string
  readonly title: string
  readonly status: 'idle' | 'unfinished' | 'suspended' | 'completed' | 'failed' | 'cancelled' | 'unreadable'
  /** The run is under way in the server's process. */
  readonly active: boolean
  /** Another process is at it. */
  readonly elsewhere?: boolean
  readonly createdAt: number
  readonly updatedAt: number
  readonly runs: number
  readonly turns: number
  readonly usage: Usage
  readonly cost: number
  /** A step of a workflow or a task of another session. */
  readonly child?: boolean
  /** Where it was forked. */
  readonly parent?: { readonly id: string; readonly cursor: string }
}

/** What of the list is asked for: all of it, or what fits these words and stands like this. */
export type SessionSearch = {
  readonly words: string
  readonly status: 'working' | 'interrupted' | 'suspended' | 'completed' | 'failed' | 'cancelled' | undefined
}

export type SessionPage = {
  readonly sessions: readonly SessionSummary[]
  readonly next?: string
  readonly total: number
  readonly children: number
}

/** How a workflow stands. `held`: somebody has claimed it and not let go of it; whether that one lives is not known. */
export type WorkflowStatus = 'running' | 'cut_off' | 'held' | 'stopped' | 'completed' | 'unreadable'

/** What is new of a workflow, how it stands, and the sessions of steps that wait for a person. */
export type WorkflowNews = {
  readonly records: readonly StoredWorkflowRecord[]
  readonly status: WorkflowStatus
  readonly waiting: readonly string[]
  /** Under way in the agent's process. */
  readonly here?: boolean
  /** The file that it was begun from, as far as that process knows. */
  readonly file?: string
  readonly ended?: WorkflowEnding
}

export type WorkflowEnding = { readonly status: 'completed' | 'failed' | 'cancelled' | 'suspended'; readonly words: string }

/** A workflow that a file exports, with what it takes as JSON Schema. */
export type WorkflowFile = { readonly name: string; readonly input: JsonObject }

/** One workflow of the store. */
export type WorkflowSummary = {
  readonly id: string
  readonly name: string
  readonly status: WorkflowStatus
  readonly steps: number
  readonly completed: number
  readonly failed: number
  readonly startedAt: number
  readonly updatedAt: number
}

/** The process that the agent runs in. */
export type AgentState = {
  /** `here`: it has none of its own, and cannot be killed without the server. */
  readonly state: 'here' | 'running' | 'gone'
  readonly pid?: number
  readonly starts: number
  readonly ended?: string
}

/** What the model was asked, how certain that is, and how far it is what it was asked before. */
export type Asked = RecordedRequest &
  SentRequest & {
    /** Tools of the agent that were not sent, by name. */
    readonly hidden?: readonly string[]
    readonly before?: Pick<RecordedRequest, 'cursor' | 'runId' | 'turn' | 'attempt' | 'timestamp' | 'model' | 'digests' | 'note'> & {
      /** Left out where it is the same. */
      readonly system?: string
      /** Messages that both begin with. */
      readonly shared: number
      readonly dropped: readonly Message[]
    }
  }

/** A budget that is shared, as it stands; `scope` says whose it is. */
export type SharedBudget = Pick<LedgerSnapshot, 'limits' | 'used' | 'held' | 'thresholds'> & {
  readonly name: string
  readonly scope: 'run' | 'session' | 'shared'
  /** What this session has used of it. */
  readonly own: LedgerSnapshot['used']
  readonly lost: number
}

export type { GivenResult }

/** What is other in a fork than in the session that it came from. */
export type ForkChange = {
  readonly model?: string
  readonly mode?: string
  readonly instructions?: string
  readonly rules?: readonly string[]
}

export type ForkWish = {
  readonly at?: string
  readonly keepRun?: boolean
  readonly results?: Readonly<Record<string, GivenResult>>
  readonly change?: ForkChange
}

/** What waits for an answer; `always` says what an approval for always would allow. */
export type Request = WaitingFor & { readonly always?: string }

export type WhyQuestion = { readonly tool: string; readonly accesses: readonly Access[]; readonly args: Json }

export type Judgement = { readonly decision: 'allow' | 'ask' | 'deny'; readonly reason: string }

export type CardResult = {
  readonly id: string
  readonly title: string
  readonly status: 'passed' | 'failed' | 'known' | 'skipped'
  readonly reason?: string
}

export type Card = { readonly seam: string; readonly name: string; readonly passed: boolean; readonly results: readonly CardResult[] }

export type Answer =
  | { readonly decision: 'approve'; readonly input?: Json }
  | { readonly decision: 'reject'; readonly message?: string }
  /** To a question. */
  | { readonly decision: 'reply'; readonly value: Json }

export type ProviderName = 'anthropic' | 'openai' | 'simulator'
export type StoreKind = 'sqlite' | 'jsonl' | 'memory'
export type PermissionMode = 'ask' | 'auto-edit' | 'full' | 'read-only'
export type RunBudget = { readonly usd?: number; readonly tokens?: number; readonly turns?: number; readonly toolCalls?: number }

/** The parts in use. */
export type Parts = {
  readonly workspace: 'own' | 'sample'
  readonly folder: string
  readonly model: { readonly provider: ProviderName; readonly model: string; readonly baseURL?: string }
  readonly store: { readonly kind: StoreKind; readonly path: string }
  readonly executor: { readonly kind: 'local' } | { readonly kind: 'remote'; readonly url: string; readonly hasToken: boolean }
  readonly hooks: boolean
  readonly policy: { readonly mode: PermissionMode; readonly rules: readonly string[] }
  readonly tools: readonly string[]
  readonly budget: RunBudget
}

export type ProviderChoice = {
  readonly provider: ProviderName
  readonly hasKey: boolean
  readonly keyVariable?: string
  readonly models: readonly string[]
}

export type ScenarioWords = { readonly id: string; readonly title: string; readonly words: string }

export type PartsReport = {
  readonly parts: Parts
  readonly choices: {
    readonly providers: readonly ProviderChoice[]
    readonly tools: readonly string[]
    readonly hooks: readonly string[]
    /** The folder that it was started for; undefined where that is a copy of the sample. */
    readonly folder?: string
  }
  readonly scenarios: readonly ScenarioWords[]
}

/** Parts to replace: what is left out stays. */
export type PartsWish = {
  readonly workspace?: Parts['workspace']
  readonly model?: { readonly provider: ProviderName; readonly model?: string; readonly baseURL?: string }
  readonly store?: { readonly kind: StoreKind; readonly path?: string }
  readonly executor?: { readonly kind: 'local' } | { readonly kind: 'remote'; readonly url: string; readonly token?: string }
  readonly hooks?: boolean
  readonly policy?: Parts['policy']
  readonly tools?: readonly string[]
  readonly budget?: RunBudget
}
