/** Records of runs, kept in memory as a projection of their events: status, events and the tools that are running. */
import type { AgentEvent, Envelope } from '../model/event.ts'
import { promptMessage, textOf } from '../model/message.ts'
import type { Run } from './types.ts'

export type RunStatus = 'created' | 'planning' | 'executing' | 'verifying' | 'suspended' | 'completed' | 'failed' | 'cancelled'

export type RunSnapshot = {
  readonly id: string
  readonly sessionId: string
  readonly status: RunStatus
  readonly prompt: string
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly resultText?: string
  readonly error?: string
  /** Events in all, also those that were trimmed. */
  readonly eventCount: number
}

/** `sequence` counts the run's events from 0 and goes on when older ones are trimmed. */
export type RunEventRecord = { readonly sequence: number; readonly timestampMs: number; readonly event: AgentEvent }

export type ActiveToolSnapshot = { readonly id: string; readonly name: string; readonly startedAtMs: number }

export type RunRecord = { readonly snapshot: RunSnapshot; readonly events: readonly RunEventRecord[] }

export interface RunHandle {
  readonly id: string
  readonly sessionId: string
  snapshot(): RunSnapshot | undefined
  /** False when the run had ended before. */
  cancel(): Promise<boolean>
}

export type RunStoreOptions = {
  /** Ended runs beyond this many are forgotten, oldest first; a run that has not ended never is. Default: no limit. */
  readonly maxRuns?: number
  /** Events beyond this many of one run are forgotten, oldest first. Default: no limit. */
  readonly maxEventsPerRun?: number
}

type Entry = {
  snapshot: RunSnapshot
  readonly events: RunEventRecord[]
  readonly tools: Map<string, ActiveToolSnapshot>
  readonly order: number
}

/** What may come after a run's end begins no record: the run may have been forgotten. */
const LATE: ReadonlySet<AgentEvent['type']> = new Set(['session_released', 'tool_end', 'inbox_skipped'])

const TERMINAL: ReadonlySet<RunStatus> = new Set(['completed', 'failed', 'cancelled'])

export class InMemoryRunStore {
  readonly #entries = new Map<string, Entry>()
  readonly #options: RunStoreOptions
  #created = 0

  constructor(options: RunStoreOptions = {}) {
    this.#options = options
  }

  /** Follow a run until it ends or is suspended. */
  async follow(run: Run): Promise<void> {
    for await (const envelope of run) this.record(envelope)
  }

  handle(run: Run): RunHandle {
    return { id: run.id, sessionId: run.sessionId, snapshot: () => this.snapshot(run.id), cancel: () => run.cancel() }
  }

  /** Take in one event. What comes after the end of a run is counted and kept, and changes nothing else. */
  record({ event, runId, sessionId, timestamp, durable }: Envelope): void {
    const known = this.#entries.get(runId)
    if (runId === '' || (known === undefined && (!durable || LATE.has(event.type)))) return
    const entry = known ?? this.#create(runId, sessionId, timestamp)
    const sequence = entry.snapshot.eventCount
    entry.events.push({ sequence, timestampMs: timestamp, event })
    const { maxEventsPerRun } = this.#options
    if (maxEventsPerRun !== undefined && entry.events.length > maxEventsPerRun)
      entry.events.splice(0, entry.events.length - maxEventsPerRun)
    const ended = TERMINAL.has(entry.snapshot.status)
    if (!ended) followTools(entry.tools, event, timestamp)
    entry.snapshot = {
      ...entry.snapshot,
      ...(ended ? {} : change(entry.snapshot, event)),
      eventCount: sequence + 1,
      updatedAtMs: timestamp,
    }
    if (!ended && TERMINAL.has(entry.snapshot.status)) {
      entry.tools.clear()
      this.#evict()
    }
  }

  snapshot(runId: string): RunSnapshot | undefined {
    return this.#entries.get(runId)?.snapshot
  }

  events(runId: string): readonly RunEventRecord[] | undefined {
    const entry = this.#entries.get(runId)
    return entry && [...entry.events]
  }

  activeTools(runId: string): readonly ActiveToolSnapshot[] | undefined {
    const entry = this.#entries.get(runId)
    return entry && [...entry.tools.values()]
  }

  /** Oldest first; runs of the same millisecond in the order in which they came. */
  list(): readonly RunSnapshot[] {
    return this.#sorted().map(({ snapshot }) => snapshot)
  }

  records(): readonly RunRecord[] {
    return this.#sorted().map(({ snapshot, events }) => ({ snapshot, events: [...events] }))
  }

  /** Put other records in place of all that there are. The limits hold at once. */
  replaceRecords(records: readonly RunRecord[]): void {
    this.#entries.clear()
    for (const { snapshot, events } of records.toSorted((a, b) => a.snapshot.createdAtMs - b.snapshot.createdAtMs)) {
      const kept = this.#options.maxEventsPerRun === undefined ? [...events] : events.slice(-this.#options.maxEventsPerRun)
      this.#entries.set(snapshot.id, { snapshot, events: kept, tools: new Map(), order: this.#created++ })
    }
    this.#evict()
  }

  #sorted(): readonly Entry[] {
    return [...this.#entries.values()].toSorted((a, b) => a.snapshot.createdAtMs - b.snapshot.createdAtMs || a.order - b.order)
  }

  #create(id: string, sessionId: string, timestamp: number): Entry {
    const snapshot: RunSnapshot = {
      id,
      sessionId,
      status: 'created',
      prompt: '',
      createdAtMs: timestamp,
      updatedAtMs: timestamp,
      eventCount: 0,
    }
    const entry: Entry = { snapshot, events: [], tools: new Map(), order: this.#created++ }
    this.#entries.set(id, entry)
    this.#evict()
    return entry
  }

  #evict(): void {
    const { maxRuns } = this.#options
    if (maxRuns === undefined) return
    for (const { snapshot } of this.#sorted()) {
      if (this.#entries.size <= maxRuns) return
      if (TERMINAL.has(snapshot.status)) this.#entries.delete(snapshot.id)
    }
  }
}

function change(snapshot: RunSnapshot, event: AgentEvent): Partial<RunSnapshot> {
  switch (event.type) {
    case 'agent_start':
      return { status: 'executing', ...(snapshot.prompt === '' ? { prompt: textOf(promptMessage(event.prompt)) } : {}) }
    case 'session_claimed':
    case 'turn_start':
    case 'tool_start':
      return snapshot.status === 'planning' || snapshot.status === 'created' ? {} : { status: 'executing' }
    case 'run_suspended':
      return { status: 'suspended' }
    case 'agent_end':
      return { status: 'completed', resultText: event.text }
    case 'error':
      return { status: 'failed', error: event.message }
    case 'run_cancelled':
      return { status: 'cancelled' }
    default:
      return {}
  }
}

function followTools(tools: Map<string, ActiveToolSnapshot>, event: AgentEvent, startedAtMs: number): void {
  if (event.type === 'tool_execution_start') tools.set(event.callId, { id: event.id, name: event.name, startedAtMs })
  if (event.type === 'tool_end') tools.delete(event.callId)
}
