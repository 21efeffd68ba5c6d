/** What a playground is made of, and what it hands back. */
import type { Agent, AlwaysRules, DataProtection, Judgement, ToolRequest } from '@seamfold/core'
import type { Json, JsonObject, SessionStore, ToolDefinition, WaitingFor, WatchStore } from '@seamfold/core/kit'
import type { Card, CaseResult } from '@seamfold/core/testing'
import type { PartsReport, PartsWish } from './parts.ts'
import type { Scenario } from './scenarios.ts'

/** A prompt that is worth trying with this agent. */
export type PlaygroundExample = { readonly title: string; readonly prompt: string }

/** One part of the agent, in words and in code. */
export type PlaygroundSeam = { readonly seam: string; readonly uses: string; readonly detail?: string }

/** What the page tells about the agent. */
export type PlaygroundAbout = {
  /** The model's name. */
  readonly model: string
  /** True when no provider is asked: the page says so. */
  readonly simulated: boolean
  /** Tokens that the model can read at once, where that is known. */
  readonly contextWindow?: number
  /** What one run may use up. */
  readonly limits?: { readonly usd?: number; readonly tokens?: number; readonly turns?: number; readonly toolCalls?: number }
  /** What all runs of one session may use up together. */
  readonly sessionLimits?: { readonly usd?: number; readonly tokens?: number; readonly turns?: number; readonly toolCalls?: number }
  /** The folder that the tools work in. */
  readonly workspace?: string
  /** Where sessions are kept. */
  readonly journal?: string
  /** Whether sessions outlive the program. Default: whether the agent has a store. */
  readonly durable?: boolean
  /** What a fork may run on instead: modes of its policy. Default: none, and the page does not offer it. */
  readonly modes?: readonly string[]
  /** Models that can be chosen for a fork, as far as they are known. */
  readonly models?: readonly string[]
  /** Tools that the agent has, by name. */
  readonly tools?: readonly string[]
  readonly examples?: readonly PlaygroundExample[]
  readonly seams?: readonly PlaygroundSeam[]
  /** TypeScript that makes an agent like this one. */
  readonly code?: string
}

/** How the agent's policy judges, for a page that explains it. */
export interface PlaygroundPermissions {
  judge(request: ToolRequest): Judgement
  /** What "always" would allow beyond this request; undefined where that cannot be said safely. */
  standing?(request: WaitingFor): AlwaysRules | undefined
}

/**
 * Tells whether who has claimed a session (`session/<id>`) or a workflow (`workflow/<id>`) lives; undefined where that is not known.
 * `holder` is its name, where the log tells one.
 */
export type PlaygroundLives = (key: string, holder?: string) => Promise<boolean | undefined>

/** Tells how a log begins and when it was written last, without reading it; undefined for one that was never written. */
export interface PlaygroundEnds {
  first(key: string): Promise<string | undefined>
  /** Milliseconds since the epoch, and something that is another one after every append. */
  last(key: string): Promise<{ readonly at: number; readonly stamp: string } | undefined>
}

/** What is other in a fork than in the session that it came from. */
export type PlaygroundChange = {
  readonly model?: string
  readonly mode?: string
  readonly instructions?: string
  /** More rules of the policy, in their short form or as JSON. */
  readonly rules?: readonly string[]
}

/** What a session runs on. */
export type PlaygroundVariant = {
  readonly agent: Agent
  readonly permissions?: PlaygroundPermissions
}

/** A workflow that a file exports, and what it takes as JSON Schema. */
export type WorkflowFile = { readonly name: string; readonly input: JsonObject }

export type WorkflowWish = {
  readonly file: string
  /** Where the file exports several. */
  readonly name?: string
  readonly input?: Json
  /** Go on with this one. Default: a new one. */
  readonly rootId?: string
}

/** How a workflow ended here, and why where that needs words. */
export type WorkflowEnding = { readonly status: 'completed' | 'failed' | 'cancelled' | 'suspended'; readonly words: string }

/**
 * `here`: under way in this process. `file`: that it was run from last, as a path in the workspace. `ended`: how it ended here.
 */
export type WorkflowStanding = { readonly here: boolean; readonly file?: string; readonly ended?: WorkflowEnding }

/** Runs workflows of files. */
export interface PlaygroundWorkflows {
  /** Files that are offered; any other of the workspace can be named. */
  files(): Promise<readonly string[]>
  /** What a file exports. It runs that file. Throws `invalid_argument` in words. */
  look(file: string): Promise<readonly WorkflowFile[]>
  /** Resolves with the id once it is begun. */
  run(wish: WorkflowWish): Promise<string>
  /** Whether it was under way here. */
  cancel(id: string): boolean
  running(): readonly string[]
  about(id: string): Promise<WorkflowStanding>
}

/** An agent with the store that it writes to. */
export type PlaygroundAgent = PlaygroundVariant & {
  readonly store: SessionStore
  /** Tells of answers that other programs give, which let their runs go on. Default: none, and the page offers to resume. */
  readonly watch?: WatchStore
  /** Default: none, and what another process runs looks like what was cut off. */
  readonly lives?: PlaygroundLives
  /** Default: none, and journals are read to list them, which takes its time where there are thousands. */
  readonly ends?: PlaygroundEnds
  readonly about: PlaygroundAbout
  /** That of the agent: keeps secrets out of what forks are given. Default: nothing is taken out. */
  readonly security?: DataProtection
  /** Its tools as the model is told of them, in its order: shown with what the model was asked. Default: they are not shown. */
  readonly tools?: readonly ToolDefinition[]
  /**
   * Makes an agent over the same store that differs in this; whoever makes it closes it. Default: none, and forks run on the agent
   * that is here. Throws, in words, where that cannot be.
   */
  variant?(change: PlaygroundChange): Promise<PlaygroundVariant>
  /** Default: none, and workflows are looked at only. */
  readonly workflows?: PlaygroundWorkflows
  /** Called once, after the agent was closed. */
  close?(): Promise<void>
}

/** An agent in a process of its own, which answers the same routes on loopback. */
export interface AgentProcess {
  readonly pid: number
  readonly port: number
  readonly token: string
  readonly about: PlaygroundAbout
  /** Resolves when it is gone, whatever ended it: with that in words. */
  readonly gone: Promise<string>
  kill(signal: 'SIGKILL' | 'SIGTERM'): void
}

/** What makes other agents' processes of the one that there is. */
export interface PlaygroundParts {
  report(): PartsReport
  scenario(id: string): Scenario | undefined
  /** Another set-up, which is not started yet. Throws, in words, when it cannot be; nothing has changed then. */
  with(wish: PartsWish): Promise<PlaygroundProcesses>
}

/** Agents in processes of their own, one after the other, with the store that they write to. */
export type PlaygroundProcesses = {
  /** Default: none, and the page does not offer to replace them. */
  readonly parts?: PlaygroundParts
  start(): Promise<AgentProcess>
  readonly store: SessionStore
  /** Keeps secrets out of forks that are made while no agent is here. Default: nothing is taken out. */
  readonly security?: DataProtection
  /** Wakes pages that follow a session while no agent is here. Default: none, and they look four times a second. */
  readonly watch?: WatchStore
  /** Default: none, and what another process runs looks like what was cut off. */
  readonly lives?: PlaygroundLives
  /** As in `PlaygroundAgent`. */
  readonly ends?: PlaygroundEnds
  /** Called once, after the last process is gone. */
  close?(): Promise<void>
}

/** A module whose promises are to be checked. */
export type JudgeRequest = {
  readonly seam: string
  readonly module: string
  readonly signal: AbortSignal
  /** Hears of each case as it ends, and how many there are. */
  readonly onResult?: (result: CaseResult, count: number) => void
}

export type PlaygroundOptions = {
  /** Makes the agent that the playground speaks to; called once. */
  readonly open: () => PlaygroundAgent | PlaygroundProcesses | Promise<PlaygroundAgent | PlaygroundProcesses>
  /** Runs a seam's conformance cases against a module. Default: none, and the page does not offer it. */
  readonly judgeModule?: (request: JudgeRequest) => Promise<Card>
  /** Default: 4848. `0` takes any free one. */
  readonly port?: number
  /** What a page must show to be answered. Default: 32 random bytes. */
  readonly token?: string
  /** The folder of the built pages. Default: `playground`, beside this program. */
  readonly pages?: string
  /** Bytes that a request may carry. Default: 8 MiB. */
  readonly maxBodyBytes?: number
  /** Milliseconds between signs of life on a quiet stream. Default: 15,000. */
  readonly heartbeatMs?: number
}

/** A playground that answers. */
export interface Playground {
  /** The address to open, token included. */
  readonly url: string
  /** The address without the token. */
  readonly origin: string
  readonly port: number
  readonly token: string
  /** End streams, close the agent, free the port. Doing it twice is fine. */
  close(): Promise<void>
}
