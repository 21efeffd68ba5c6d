/** One writer among real processes: one that slept through its lease, two that want the same session, one that is only spoken to. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Fact, isAgentError, openSession, type RunResult, type Session, type SessionView, verifySession } from '@seamfold/core'
import { afterEach, describe, expect, test } from 'vitest'
import { FROM_SOURCES } from '../../../test/support/doors.ts'
import { sqliteDatabase, sqliteStore, sqliteWatch } from '../src/index.ts'
import { fastNow } from './fast-host.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { effectsIn, workingAgent } from './working-agent.ts'

const fresh = temporaryFolder()
const at = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const LEASE_MS = 30_000

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

function start(script: string, ...parameters: readonly string[]) {
  const flags = [...FROM_SOURCES, at(script), ...parameters]
  const child = spawn(process.execPath, flags, { stdio: ['pipe', 'pipe', 'inherit'] })
  stops.push(() => child.kill('SIGKILL'))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    say: (line: string) => void child.stdin.write(`${line}\n`),
    end: () => void child.stdin.end(),
    signal: (name: NodeJS.Signals) => void child.kill(name),
    /** The next line that it prints. */
    async line(): Promise<string> {
      const { value, done } = await lines.next()
      return done === true ? 'the end' : value
    },
  }
}

/** The next lines of a process, up to and including one. */
async function linesUntil(child: ReturnType<typeof start>, last: string): Promise<string[]> {
  const lines: string[] = []
  for (;;) {
    const line = await child.line()
    lines.push(line)
    if (line.startsWith(last) || line === 'the end') return lines
  }
}

async function factsOf(view: Pick<SessionView, 'events'>): Promise<Fact[]> {
  const facts: Fact[] = []
  for await (const { event, durable } of view.events({ follow: false })) if (durable) facts.push(event as Fact)
  return facts
}

const typesOf = (facts: readonly Fact[]): string[] => facts.map(({ type }) => type)
const count = (facts: readonly Fact[], ...types: readonly string[]): number => facts.filter(({ type }) => types.includes(type)).length
const TERMINALS = ['agent_end', 'error', 'run_cancelled']

/** Resumes as soon as the holder's lease is over; gives the result, and how it was refused before. */
async function takeOver(session: Session): Promise<{ readonly result: RunResult | undefined; readonly refusals: unknown[] }> {
  const refusals: unknown[] = []
  for (;;) {
    try {
      return { result: await (await session.resume())?.result, refusals }
    } catch (error) {
      if (!isAgentError(error, 'session_held')) throw error
      refusals.push(error)
    }
    await pause(20) // its lease is over by the clock alone
  }
}

const toolResults = (facts: readonly Fact[]): string => JSON.stringify(facts.filter(({ type }) => type === 'tool_end'))

describe('a process that sleeps past its lease', () => {
  test('in the middle of an effect is told to stop as soon as it wakes, and writes nothing more', async () => {
    const path = fresh()
    const child = start('./holding-agent.ts', path)
    await linesUntil(child, 'working')
    child.signal('SIGSTOP')
    const { agent, database, store } = workingAgent({ path })
    const session = await agent.session({ id: 's', create: false })
    const { result, refusals } = await takeOver(session)
    expect(refusals.length).toBeGreaterThan(3)
    expect(result).toMatchObject({ status: 'completed', text: 'done' })
    const facts = await factsOf(session)
    expect(toolResults(facts)).toMatch(/unknown_outcome/)

    child.signal('SIGCONT')
    expect(await linesUntil(child, 'result')).toEqual(['stopped session_lost', 'result failed session_lost'])
    expect(await child.line()).toBe('the end')
    expect(typesOf(await factsOf(session))).toEqual(typesOf(facts))
    expect([count(facts, 'session_claimed'), count(facts, ...TERMINALS)]).toEqual([2, 1])
    expect(effectsIn(path)).toHaveLength(1)
    expect((await verifySession(store, 's')).problem).toBeUndefined()
    await agent.close()
    await database.close()
  })

  test('right before an effect does not begin it, and whoever took over takes it for unknown', async () => {
    const path = fresh()
    const child = start('./holding-agent.ts', path, 'asleep')
    await linesUntil(child, 'asleep')
    const { agent, database } = workingAgent({ path })
    const session = await agent.session({ id: 's', create: false })
    expect((await takeOver(session)).result).toMatchObject({ status: 'completed' })
    const facts = await factsOf(session)
    expect(toolResults(facts)).toMatch(/it had not happened yet, but the process that started it may still be alive/)

    child.signal('SIGCONT')
    expect((await linesUntil(child, 'result')).at(-1)).toBe('result failed session_lost')
    expect(effectsIn(path)).toEqual([])
    expect(typesOf(await factsOf(session))).toEqual(typesOf(facts))
    await agent.close()
    await database.close()
  })
})

describe('a session that another live process holds', () => {
  test('is refused, saying who holds it and until when, and can be taken when its holder has died and its lease is over', async () => {
    const path = fresh()
    const child = start('./holding-agent.ts', path)
    await linesUntil(child, 'working')
    const { agent, database } = workingAgent({ path })
    const session = await agent.session({ id: 's', create: false })
    const holder = (await session.state()).claim?.holder
    const asked = fastNow()
    const refused = (): Promise<unknown> => session.resume().catch((error: unknown) => error)
    const refusal = await refused()
    expect(refusal).toMatchObject({ code: 'session_held', retryable: true, details: { holder } })
    const endOf = (error: unknown): number => (error as { details: { expiresAt: number } }).details.expiresAt
    const expiresAt = endOf(refusal)
    expect(expiresAt).toBeGreaterThan(asked)
    expect(expiresAt).toBeLessThanOrEqual(fastNow() + LEASE_MS)
    expect((refusal as Error).message).toContain(`is held by ${holder} until ${new Date(expiresAt).toISOString()}`)
    await expect(session.send('something else')).rejects.toMatchObject({ code: 'session_held' })

    // The holder renews its lease while it lives, before it is over.
    await expect.poll(async () => endOf(await refused()), { timeout: 10_000 }).toBeGreaterThan(expiresAt)

    child.signal('SIGKILL')
    const { result, refusals } = await takeOver(session)
    expect(refusals.length).toBeGreaterThan(0)
    expect(result).toMatchObject({ status: 'completed' })
    expect(effectsIn(path)).toHaveLength(1)
    await agent.close()
    await database.close()
  })

  test('is answered, steered and cancelled from elsewhere, and its holder keeps its claim and hears it at once', async () => {
    const path = fresh()
    const child = start('./holding-agent.ts', path, 'asking')
    await linesUntil(child, 'running')
    const database = sqliteDatabase(path)
    const store = sqliteStore(database)
    const view = await openSession(store, 's', { watch: sqliteWatch(database) })
    let requestId: string | undefined
    for await (const { event } of view.events())
      if (event.type === 'session_released' || (requestId = (await view.waitingFor())[0]?.requestId)) break
    await Promise.all([
      ...Array.from({ length: 10 }, (_, index) => view.steer(`hint ${index}`)),
      view.answer(requestId ?? '', { decision: 'approve', by: 'the other desk' }),
      ...Array.from({ length: 10 }, (_, index) => view.steer(`hint ${10 + index}`)),
    ])
    await linesUntil(child, 'working')
    await Promise.all([view.steer('one more'), view.answer(requestId ?? '', { decision: 'reject' }), view.cancel('enough')])
    expect(await linesUntil(child, 'result')).toEqual(['stopped cancelled', 'result cancelled '])
    const facts = await factsOf(view)
    expect([count(facts, 'session_claimed'), count(facts, ...TERMINALS)]).toEqual([1, 1])
    const hints = facts.flatMap((fact) => (fact.type === 'message_injected' ? [JSON.stringify(fact.message)] : []))
    for (let index = 0; index < 20; index++) expect(hints.filter((hint) => hint.includes(`"hint ${index}"`))).toHaveLength(1)
    expect(effectsIn(path)).toHaveLength(1)
    expect((await verifySession(store, 's')).problem).toBeUndefined()
    await database.close()
  })
})

const ROUNDS = 1_000

/** A session whose run waits for an answer that has come: whoever resumes it goes on. */
async function answered(path: string, ids: readonly string[]): Promise<void> {
  const { agent, database, store } = workingAgent({ path })
  for (const id of ids) {
    await (
      await (await agent.session({ id })).send('go')
    ).result
    const view = await openSession(store, id)
    await view.answer((await view.waitingFor())[0]?.requestId ?? '', { decision: 'approve' })
    await agent.closeSession(id)
  }
  await agent.close()
  await database.close()
}

test('of two processes that race to resume a session exactly one goes on, a thousand times', { timeout: 240_000 }, async () => {
  const path = fresh()
  const ids = Array.from({ length: ROUNDS }, (_, index) => `s-${index}`)
  await answered(path, ids)
  const racers = [start('./racing-resumer.ts', path), start('./racing-resumer.ts', path)]
  await Promise.all(racers.map((racer) => racer.line()))
  const told = new Map<string, number>()
  for (const id of ids) {
    for (const racer of racers) racer.say(id)
    const outcome = (await Promise.all(racers.map((racer) => racer.line()))).toSorted().join(', ')
    told.set(outcome, (told.get(outcome) ?? 0) + 1)
  }
  for (const racer of racers) racer.end()
  // One went on; the other was refused, or came when all was done.
  expect([...told.keys()].filter((outcome) => !['completed done, held', 'completed done, too late'].includes(outcome))).toEqual([])
  expect(told.get('completed done, held')).toBeGreaterThan(ROUNDS / 10)

  const store = sqliteStore(path)
  const effects = effectsIn(path)
  expect(new Set(effects).size).toBe(ROUNDS)
  expect(effects).toHaveLength(ROUNDS)
  let first: string | undefined
  for (const id of ids) {
    const types = typesOf(await factsOf(await openSession(store, id))).join(' ')
    expect(types).toBe((first ??= types))
    expect((await verifySession(store, id)).problem).toBeUndefined()
  }
  expect(first?.match(/session_claimed/g)).toHaveLength(2)
  await store.close?.()
})
