/** The cut-point law over SQLite: a reader in another process than the writer's has every fact once, wherever it is cut off. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { type Envelope, isAgentError, openSession, type SessionView } from '@seamfold/core'
import { sqliteStore } from '../src/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'seamfold-readers-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function startWriter(name: string, rounds: number): { readonly path: string; readonly child: ChildProcess } {
  const path = join(folder, name)
  const writer = fileURLToPath(new URL('agent-writer.ts', import.meta.url))
  const child = spawn(execPath, ['--disable-warning=ExperimentalWarning', writer, path, String(rounds)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return { path, child }
}

/** As soon as there is something to see. */
async function view(path: string): Promise<SessionView> {
  const store = sqliteStore(path)
  for (;;) {
    try {
      return await openSession(store, 's')
    } catch (error) {
      if (!isAgentError(error, 'session_not_found')) throw error
      await setTimeout(5)
    }
  }
}

const isEnd = ({ event }: Envelope): boolean => event.type === 'agent_end'

/** Reads to the end of the run, cut off after each `cuts` facts and back with the cursor of the last; slowly, if told so. */
async function readInPieces(path: string, cuts: readonly number[], pauseMs = 0): Promise<readonly Envelope[]> {
  const facts: Envelope[] = []
  for (let piece = 0; ; piece++) {
    const after = facts.at(-1)?.cursor
    let left = cuts[piece % cuts.length] ?? 1
    // Another view each time, as another process would open it.
    for await (const envelope of (await view(path)).events(after === undefined ? {} : { after })) {
      if (!envelope.durable) continue
      facts.push(envelope)
      if (isEnd(envelope)) return facts
      if (pauseMs > 0) await setTimeout(pauseMs)
      if (--left === 0) break
    }
  }
}

async function wholeStory(path: string): Promise<readonly Envelope[]> {
  const facts: Envelope[] = []
  for await (const envelope of (await view(path)).events({ follow: false })) facts.push(envelope)
  return facts
}

describe('a reader in another process', () => {
  test('that is cut off again and again while the run goes on has every fact once, in order', { timeout: 60_000 }, async () => {
    const { path, child } = startWriter('cut.db', 40)
    const readers = [readInPieces(path, [1]), readInPieces(path, [3, 1, 7]), readInPieces(path, [11], 3), readInPieces(path, [1000])]
    const [seen] = await Promise.all([Promise.all(readers), once(child, 'exit')])
    const whole = await wholeStory(path)
    const end = whole.findIndex(isEnd) + 1
    expect(end).toBeGreaterThan(160)
    for (const facts of seen) expect(facts).toEqual(whole.slice(0, end))
  })

  test('that returns with any cursor gets just what comes after it', { timeout: 60_000 }, async () => {
    const { path, child } = startWriter('every.db', 12)
    await once(child, 'exit')
    const whole = await wholeStory(path)
    const reader = await view(path)
    for (const [index, { cursor }] of whole.entries()) {
      const rest: Envelope[] = []
      for await (const envelope of reader.events({ after: cursor, follow: false })) rest.push(envelope)
      expect(rest).toEqual(whole.slice(index + 1))
    }
  })

  test(
    'sees no text twice: what was provisional is not for it, and a turn that was tried again ends once',
    { timeout: 60_000 },
    async () => {
      const { path, child } = startWriter('retried.db', 6)
      const [facts] = await Promise.all([readInPieces(path, [2]), once(child, 'exit')])
      const ends = facts.flatMap(({ event }) => (event.type === 'turn_end' ? [event.turn] : []))
      expect(ends).toEqual(ends.map((_, index) => index + 1))
      expect(facts.some(({ event }) => event.type === 'turn_start' && event.attempt === 2)).toBe(true)
    },
  )
})
