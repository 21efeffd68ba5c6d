/**
 * A workflow that is killed half-way: the second process runs the same root, and does only what was not done.
 *
 * Run: node 16-resumable-workflow.ts
 */
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { appendFileSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAgent, defineWorkflow } from '@seamfold/core'
import { scriptedLlm } from '@seamfold/core/testing'
import { sqliteStore } from '@seamfold/store-sqlite'
import { z } from 'zod'

const [role, folder = mkdtempSync(join(tmpdir(), 'seamfold-'))] = process.argv.slice(2)
const ledger = join(folder, 'asked.txt')

const chapters = defineWorkflow('chapters', {
  input: z.object({ count: z.int() }),
  async run(workflow, { count }) {
    const numbers = Array.from({ length: count }, (_, index) => index + 1)
    const drafts = await workflow.phase(
      'draft',
      numbers.map((number) => ({
        taskId: `chapter-${number}`,
        agent: 'default',
        description: 'Draft',
        prompt: `Write chapter ${number}.`,
      })),
    )
    const whole = drafts.map(({ output }) => output).join(' ')
    const title = await workflow.agent({ taskId: 'title', agent: 'default', description: 'Title', prompt: `A title for: ${whole}` })
    return { title: title.output, whole }
  },
})

// What is asked of the model is written down, to see that nothing is asked twice.
const llm = scriptedLlm(
  Array.from({ length: 10 }, () => ({ messages }) => {
    const [block] = messages[0]?.content ?? []
    const prompt = block?.type === 'text' ? block.text : ''
    if (role === 'first' && prompt === 'Write chapter 3.') process.kill(process.pid, 'SIGKILL')
    appendFileSync(ledger, `${prompt}\n`)
    return prompt.startsWith('A title') ? 'A Book' : `[${prompt.replace('Write ', '')}]`
  }),
)
const store = sqliteStore(join(folder, 'sessions.db'))
const executor = { ...createAgent({ llm, store }).executor(), concurrencyHint: 1 }
const options = { executor, store, rootId: 'the-book' }

if (role === 'first') {
  await chapters.run({ ...options, input: { count: 4 } })
} else {
  const child = fork(import.meta.filename, ['first', folder], { stdio: 'inherit' })
  const [, signal] = await new Promise<[number | null, string | null]>((resolve) => child.once('exit', (...end) => resolve(end)))
  console.log(`The first process ended with ${signal}.`)
  const result = await chapters.run({
    ...options,
    onEvent(event) {
      if (event.type === 'step_cached') console.log(`${event.taskId}: was done`)
      if (event.type === 'step_run') console.log(`${event.taskId}: ${event.resumed ? 'goes on' : 'begins'}`)
    },
  })
  assert.ok(result.status === 'completed')
  console.log(result.output)
  assert.equal(result.output.whole, '[chapter 1.] [chapter 2.] [chapter 3.] [chapter 4.]')
  const asked = readFileSync(ledger, 'utf8').trim().split('\n')
  assert.equal(new Set(asked).size, asked.length)
  assert.equal(asked.length, 5)
}
