/** What a playground is made of, and what it hands back. */
import type { Agent } from '@seamfold/core'
import type { SessionStore } from '@seamfold/core/kit'

/** A prompt that is worth trying with this agent. */
export type PlaygroundExample = { readonly title: string; readonly prompt: string }

/** What the page tells about the agent. */
export type PlaygroundAbout = {
  /** The model's name. */
  readonly model: string
  /** True when no provider is asked: the page says so. */
  readonly simulated: boolean
  /** The folder that the tools work in. */
  readonly workspace?: string
  /** Where sessions are kept. */
  readonly journal?: string
  /** Tools that the agent has, by name. */
  readonly tools?: readonly string[]
  readonly examples?: readonly PlaygroundExample[]
}

/** An agent with the store that it writes to. */
export type PlaygroundAgent = {
  readonly agent: Agent
  readonly store: SessionStore
  readonly about: PlaygroundAbout
  /** Called once, after the agent was closed. */
  close?(): Promise<void>
}

export type PlaygroundOptions = {
  /** Makes the agent that the playground speaks to; called once. */
  readonly open: () => PlaygroundAgent | Promise<PlaygroundAgent>
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
