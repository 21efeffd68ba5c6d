/** What the server tells beside events. */
import type { Json, Usage } from '@seamfold/core/kit'

export type About = {
  readonly model: string
  readonly simulated: boolean
  readonly durable: boolean
  readonly workspace?: string
  readonly journal?: string
  readonly tools?: readonly string[]
  readonly examples?: readonly { readonly title: string; readonly prompt: string }[]
}

export type SessionSummary = {
  readonly id: string
  readonly title: string
  readonly status: 'idle' | 'unfinished' | 'suspended' | 'completed' | 'failed' | 'cancelled'
  /** The run is under way in the server's process. */
  readonly active: boolean
  readonly createdAt: number
  readonly updatedAt: number
  readonly runs: number
  readonly turns: number
  readonly usage: Usage
  readonly cost: number
}

export type Answer = { readonly decision: 'approve'; readonly input?: Json } | { readonly decision: 'reject'; readonly message?: string }
