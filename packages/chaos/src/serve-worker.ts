/** Serves an agent with a slow model, two tools that leave marks, and the journal that all workers share. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createAgent, jsonSchema, policy, tool, type Tool } from '@seamfold/core'
import { serveExecutor } from '@seamfold/executor-remote'
import { sqliteDatabase, sqliteLeases, sqliteStore } from '@seamfold/store-sqlite'
import { leaveMark } from './effects.ts'
import { slowModel } from './slow-model.ts'

/** Milliseconds between signs of life. */
export const HEARTBEAT_MS = 500
/** Milliseconds that both ends wait for each other. */
export const GRACE_MS = 2000
export const TOKEN = 'chaos'
const MEMORY_EVERY_MS = 250

export type WorkerMessage = { readonly port: number } | { readonly rss: number }

export interface WorkerOptions {
  readonly directory: string
  readonly paceMs: number
  readonly capacity: number
  /** Whether workers hold leases on the sessions that they work on. */
  readonly leases: boolean
  /** How often an effect happens for one call of a tool; anything but 1 is a fault. Default: 1. */
  readonly times?: number
}

/** Tells the parent process where it listens, and from then on how much memory it takes. */
export async function serveWorker(options: WorkerOptions): Promise<void> {
  const database = sqliteDatabase(join(options.directory, 'sessions.db'))
  const agent = createAgent({
    llm: slowModel(options.paceMs),
    tools: [markingTool('pay', 'unsafe', options), markingTool('note', 'keyed', options)],
    store: sqliteStore(database),
    permissions: policy({ default: 'allow' }),
    ...(options.leases ? { leases: sqliteLeases(database) } : {}),
  })
  const serving = await serveExecutor(agent.executor(), {
    token: TOKEN,
    journal: 'chaos',
    capacity: options.capacity,
    heartbeatMs: HEARTBEAT_MS,
    graceMs: GRACE_MS,
  })
  tell({ port: Number(new URL(serving.url).port) })
  setInterval(() => tell({ rss: process.memoryUsage().rss }), MEMORY_EVERY_MS)
}

const tell = (message: WorkerMessage): void => void process.send?.(message)

const markingTool = (name: string, effect: 'unsafe' | 'keyed', { directory, paceMs, times = 1 }: WorkerOptions): Tool =>
  tool({
    name,
    description: `Leaves a mark: ${effect}.`,
    input: jsonSchema<{ readonly turn: number }>({ type: 'object' }),
    access: () => [],
    effect,
    execute: async (_input, { idempotencyKey, session, signal }) => {
      await sleep(paceMs * 4, undefined, { signal })
      for (let time = 0; time < times; time++)
        leaveMark(directory, { tool: name, sessionId: session.id, key: idempotencyKey, pid: process.pid })
      await sleep(paceMs * 4, undefined, { signal })
      return `${name} has left its mark`
    },
  })
