/** A budget per day at the command line: processes share it, one that is killed counts at its worst, and `seamfold budget` shows it. */
import { answer, react, text } from '@seamfold/simulator'
import { expect, test } from 'vitest'
import { type Stage, stage } from './stage.ts'

/** What the command says that was used up. */
const budgetOf = async (scene: Stage): Promise<unknown> => JSON.parse((await scene.run('budget', '--json')).stdout)

const hello = answer([text('Hello.')])

test('three processes at once spend one day, and all of them are done', async () => {
  await using scene = await stage([hello, hello, hello], { budget: { perDay: { tokens: 60_000 } } })
  const done = await Promise.all(['a', 'b', 'c'].map((word) => scene.run('run', '-q', word)))
  expect(done.map(({ code, stdout }) => [code, stdout])).toEqual(Array.from({ length: 3 }, () => [0, 'Hello.\n']))
  expect(await budgetOf(scene)).toMatchObject({
    root: expect.stringMatching(/^day-\d{4}-\d\d-\d\d$/),
    held: { tokens: 0 },
    used: { turns: 3 },
    reservations: [],
  })
  const { code, stdout } = await scene.run('budget')
  expect(code).toBe(0)
  expect(stdout).toContain('USED BY')
})

test('a day that is used up refuses, with the figures, and says so in `budget`', async () => {
  await using scene = await stage([hello], { budget: { perDay: { tokens: 3000 } } })
  const { code, stdout } = await scene.run('run', 'hi')
  expect(code).toBe(1)
  expect(stdout).toContain('is used up: 0 tokens of 3000 tokens')
})

test('a process that is killed in the middle of an answer counts at its worst for the next one', { timeout: 60_000 }, async () => {
  const asked = Promise.withResolvers<void>()
  const silent = react(() => {
    asked.resolve()
    return new Promise<never>(() => {})
  })
  await using scene = await stage([silent, hello], { budget: { perDay: { tokens: 300_000 } } })
  const first = scene.start('run', 'wait')
  await asked.promise
  expect(await budgetOf(scene)).toMatchObject({ reservations: [{ kind: 'attempt' }] })
  first.child.kill('SIGKILL')
  await first.ended
  expect((await scene.run('run', '-q', 'next')).code).toBe(0)
  expect(await budgetOf(scene)).toMatchObject({ lost: { count: 1 }, reservations: [] })
  expect((await scene.run('budget')).stdout).toContain('Lost: 1')
})

test('a price that is configured lets a budget in dollars be held for any model', async () => {
  const price = { input: 1, output: 2 }
  await using scene = await stage([hello], { model: 'claude-haiku-4-5', price, budget: { usd: 1, perSession: { usd: 1 } } })
  expect(await scene.run('run', '-q', 'hi')).toMatchObject({ code: 0, stdout: 'Hello.\n' })
})
