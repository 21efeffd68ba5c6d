/**
 * Two remote workers behind one pool: steps go where their labels say, and the step of a worker that is killed goes on at the
 * other one, since both share a journal. What was done is not done again.
 *
 * Run: node 17-two-remote-workers.ts
 */
import assert from 'node:assert/strict'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAgent, tool, Workflow } from '@seamfold/core'
import { callOf, scriptedLlm, type ScriptedReply } from '@seamfold/core/testing'
import { executorPool, serveExecutor } from '@seamfold/executor-remote'
import { sqliteStore } from '@seamfold/store-sqlite'
import { z } from 'zod'

const token = 'a-long-secret'
const [role, folder = mkdtempSync(join(tmpdir(), 'seamfold-'))] = process.argv.slice(2)

if (role === undefined) await main()
else await work(role)

async function work(name: string): Promise<void> {
  const book = tool({
    name: 'book',
    description: 'Book a room.',
    input: z.object({ room: z.string() }),
    effect: 'unsafe',
    execute: ({ room }) => {
      appendFileSync(join(folder, 'booked.txt'), `${room} by ${name}\n`)
      return `${room} is booked.`
    },
  })
  const clean = tool({
    name: 'clean',
    description: 'Clean a room.',
    input: z.object({ room: z.string() }),
    readOnly: true,
    execute: async ({ room }) => {
      process.send?.({ cleaning: room })
      if (name === 'north') await new Promise(() => {}) // it never gets done here
      return `${room} is clean.`
    },
  })
  const next: ScriptedReply = ({ messages }) => {
    const [asked] = messages[0]?.content ?? []
    const room = asked?.type === 'text' ? asked.text.replace('Prepare ', '') : ''
    const results = messages.flatMap(({ content }) => content).filter(({ type }) => type === 'tool_result').length
    return [[callOf('book', { room })], [callOf('clean', { room })], `${room} was finished by ${name}.`][results] ?? ''
  }
  const agent = createAgent({
    llm: scriptedLlm(Array.from({ length: 20 }, () => next)),
    tools: [book, clean],
    store: sqliteStore(join(folder, 'sessions.db')),
  })
  const serving = await serveExecutor(agent.executor(), { token, labels: [name], journal: 'the-hotel', capacity: 2 })
  process.send?.({ url: serving.url })
}

async function start(name: string): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const child = fork(import.meta.filename, [name, folder])
  const [message] = (await once(child, 'message')) as [{ readonly url: string }]
  return { child, url: message.url }
}

async function main(): Promise<void> {
  const [north, south] = [await start('north'), await start('south')]
  // A step that names a label goes there at first; when it has to go on elsewhere, any worker of the journal will do.
  const placed = new Set<string>()
  const pool = executorPool({
    workers: [north, south].map(({ url }) => ({ url, token, graceMs: 500, connectMs: 1000 })),
    labelsOf({ taskId, description }) {
      if (placed.has(taskId)) return []
      placed.add(taskId)
      return [description]
    },
  })
  const room = (number: number, label: string) => ({
    taskId: `room-${number}`,
    agent: 'default',
    description: label,
    prompt: `Prepare room ${number}`,
  })

  const cleaning = once(north.child, 'message')
  const workflow = new Workflow({ executor: pool })
  const outcomes = workflow.parallel([room(1, 'north'), room(2, 'south'), room(3, 'south')])
  await cleaning
  console.log(pool.workers.map(({ state, running, labels }) => `${labels.join()}: ${state}, ${running} running`).join('; '))
  north.child.kill('SIGKILL')

  for (const { status, output } of await outcomes) console.log(`${status}: ${output}`)
  assert.deepEqual(
    (await outcomes).map(({ output }) => output),
    [1, 2, 3].map((number) => `room ${number} was finished by south.`),
  )
  const booked = readFileSync(join(folder, 'booked.txt'), 'utf8').trim().split('\n').toSorted()
  console.log(booked.join('\n'))
  assert.deepEqual(booked, ['room 1 by north', 'room 2 by south', 'room 3 by south'])
  await pool.close()
  south.child.kill()
}
