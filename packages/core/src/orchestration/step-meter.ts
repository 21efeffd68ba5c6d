/** Counts what one attempt at a step uses, from the events that it tells. */
import { present } from '../base/present.ts'
import type { AgentEvent, Envelope, Reservation } from '../model/event.ts'
import { addSpending, NO_SPENDING, type Spending } from '../model/spending.ts'
import { totalTokens } from '../model/usage.ts'

/** A model call or a tool call that is under way: since when by the step's clock, and by ours. */
type Open = { readonly at: number; readonly here: number }

/** The one model call of a step that is under way. No tool call is called so. */
const MODEL = ''

export class StepMeter {
  readonly #now: () => number
  #used: Spending = NO_SPENDING
  /** The worst case of an attempt at a turn, until its end is told. */
  #pending: Partial<Spending> = {}
  readonly #calls = new Set<string>()
  readonly #open = new Map<string, Open>()
  /** Whether anything was told at all. */
  heard = false

  constructor(now: () => number) {
    this.#now = now
  }

  /** Its events come from its start once more. */
  restart(): void {
    this.#used = NO_SPENDING
    this.#pending = {}
    this.#calls.clear()
    this.#open.clear()
  }

  observe({ event, timestamp }: Envelope): void {
    this.heard = true
    switch (event.type) {
      case 'turn_start':
        // An attempt whose end nobody saw counts as its worst case, unless the provider turned it away.
        if (event.reservation?.afterRefusal !== true) this.#add(this.#pending)
        this.#pending = amountOf(event.reservation)
        return this.#begin(MODEL, timestamp)
      case 'turn_end':
        this.#pending = {}
        this.#add({ tokens: totalTokens(event.usage), usd: event.cost ?? 0, turns: 1 })
        return this.#end(MODEL, timestamp)
      case 'model_retry':
        return this.#end(MODEL, timestamp)
      case 'tool_execution_start':
        // What a call makes is done in its time.
        if (!event.callId.includes('/')) this.#begin(event.callId, timestamp)
        if (!this.#calls.has(event.callId)) this.#add({ toolCalls: 1 })
        this.#calls.add(event.callId)
        return
      case 'tool_end':
        return this.#end(event.callId, timestamp)
      case 'subagent_end':
        // What was denied there was not done.
        return this.#add({ toolCalls: Math.min(event.toolCalls, event.grant?.toolCalls ?? Infinity) })
      default:
        if (ENDS.has(event.type)) for (const id of this.#open.keys()) this.#end(id, timestamp)
    }
  }

  /** So far: what is under way counts its time, and `pending` what it may take. */
  used({ pending }: { readonly pending: boolean }): Spending {
    let workMs = 0
    for (const { here } of this.#open.values()) workMs += this.#now() - here
    return addSpending(this.#used, { workMs, ...(pending ? this.#pending : {}) })
  }

  /** Milliseconds until it has worked for so long, if it goes on as it does now. Undefined while it does not work. */
  leftMs(most: number): number | undefined {
    return this.#open.size === 0 ? undefined : Math.max(0, most - this.used({ pending: false }).workMs) / this.#open.size
  }

  /** What was begun before and never ended was cut off with its process: nobody knows when. */
  #begin(id: string, at: number): void {
    this.#open.set(id, { at, here: this.#now() })
  }

  #end(id: string, at: number): void {
    const open = this.#open.get(id)
    if (open === undefined) return
    this.#open.delete(id)
    this.#add({ workMs: Math.max(0, at - open.at) })
  }

  #add(amount: Partial<Spending>): void {
    this.#used = addSpending(this.#used, amount)
  }
}

const ENDS: ReadonlySet<AgentEvent['type']> = new Set(['run_suspended', 'agent_end', 'error', 'run_cancelled'])

const amountOf = ({ tokens, usd }: Partial<Reservation> = {}): Partial<Spending> => present({ tokens, usd })
