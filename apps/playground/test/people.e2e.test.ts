/** Promises of the conversation with people and helpers in it, in a real browser: questions, plans, tasks, another try. */
import {
  AgentRegistry,
  askUser,
  createAgent,
  externalTool,
  jsonSchema,
  memoryStore,
  policy,
  stepTool,
  taskTool,
  tool,
} from '@seamfold/core'
import { callOf, scriptedLlm } from '@seamfold/core/testing'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { barriers } from './axe.ts'
import { hasBrowser, openBrowser, sayIfSkipped } from './browser.ts'
import { gatedTool, say, stage } from './stage.ts'

sayIfSkipped()

const plan = tool({ name: 'update_plan', description: 'Plan.', readOnly: true, execute: () => 'noted' })

describe.skipIf(!hasBrowser)('people and helpers', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser.close())

  test('a question is answered in place, by an option', async () => {
    const asked = callOf('ask_user', { question: 'Which colour?', options: [{ label: 'Blue' }, { label: 'Red', description: 'loud' }] })
    await using here = await stage({ browser, script: [[asked], 'Red it is.'], tools: [askUser()] })
    const page = await here.open()
    await say(page, 'Paint it')
    await page.getByText('A question for you.').waitFor()
    await page.getByRole('radio', { name: /Red/ }).check()
    expect(await barriers(page)).toEqual([])
    await page.getByRole('button', { name: 'Answer', exact: true }).click()
    await page.getByText('Red it is.').first().waitFor()
    await page.getByText(/^Answered by .+: Red$/).waitFor()
  })

  test('a plan ticks above the field while the run goes on', async () => {
    const gate = gatedTool('wait')
    const steps = (first: string, second: string) => ({
      plan: [
        { step: 'Look around', status: first },
        { step: 'Mend it', status: second },
      ],
    })
    const script = [
      [callOf('update_plan', steps('in_progress', 'pending')), callOf('wait')],
      [callOf('update_plan', steps('completed', 'completed'))],
      'Done.',
    ]
    await using here = await stage({ browser, script, tools: [plan, gate.tool] })
    const page = await here.open()
    await say(page, 'Mend it')
    await page.locator('.plan-bar', { hasText: '0 of 2 Look around' }).waitFor()
    expect(await barriers(page)).toEqual([])
    gate.release('ok')
    await page.locator('.outcome').waitFor()
    expect(await page.locator('.plan-bar').count()).toBe(0)
  })

  test('a task of a sub-agent is a card with the way into its session', async () => {
    const given = callOf('task', { agent: 'explore', description: 'Look around', prompt: 'Look.' })
    await using here = await stage({ browser, script: [[given], 'Three files.', 'It found three.'], tools: [taskTool()] })
    const page = await here.open()
    await say(page, 'Find out')
    await page.locator('.outcome').waitFor()
    const card = page.locator('.task-card', { hasText: 'Look around' })
    await card.getByText('done').waitFor()
    expect(await barriers(page)).toEqual([])
    await card.getByRole('link', { name: 'Open' }).click()
    await page.getByText('Three files.').first().waitFor()
    expect(await barriers(page)).toEqual([])
    await page.getByRole('link', { name: 'Who gave the task' }).click()
    await page.getByText('It found three.').first().waitFor()
  })

  test('what agents of agents ask is asked and answered under the call that gave the first task', async () => {
    const agents = new AgentRegistry([{ name: 'lead', description: 'Leads.', tools: ['*', 'task'] }])
    const give = (depth: string) => [callOf('task', { agent: 'lead', description: depth, prompt: depth })]
    const asked = [callOf('ask_user', { question: 'How deep is it?' }), callOf('write')]
    const write = tool({ name: 'write', description: 'Write.', access: () => [{ kind: 'write', path: 'a.txt' }], execute: () => 'written' })
    const script = [give('one'), give('two'), give('three'), asked, 'Bottom.', 'Two.', 'One.', 'Top.']
    await using here = await stage({ browser, script, tools: [taskTool({ agents }), askUser(), write] })
    const page = await here.open()
    await say(page, 'Go three deep')
    await page.getByText('One call needs your approval. A question for you.').waitFor()
    await page.locator('.fact-summary', { hasText: /^lead: lead: lead: How deep is it\?$/ }).waitFor()
    await page.locator('.approval-reason', { hasText: /^lead: lead: lead: default for write a\.txt$/ }).waitFor()
    expect(await barriers(page)).toEqual([])
    await page.getByRole('textbox', { name: 'Your answer, in your own words' }).fill('Three')
    await page.getByRole('button', { name: 'Answer', exact: true }).click()
    await page.getByText(/^Answered by .+: Three$/).waitFor()
    await page.getByRole('button', { name: 'Approve', exact: true }).click()
    await page.getByText('Top.').first().waitFor()
    expect(await page.getByText('not finished').count()).toBe(0)
    expect(await barriers(page)).toEqual([])
    expect(here.complaints).toEqual([])
  })

  test('a session that is worked on and not by this agent says so, and that its model is heard turn by turn', async () => {
    const gates = [gatedTool('wait'), gatedTool('wait')] as const
    const given = callOf('task', { agent: 'waiter', description: 'Look around', prompt: 'Look.' })
    const script = [[given], [callOf('wait')], 'Three files.', 'It found three.']
    const lives = (): Promise<boolean> => Promise.resolve(true)
    await using here = await stage({
      browser,
      script,
      tools: [taskTool({ agents: new AgentRegistry([{ name: 'waiter', description: 'Waits.' }]) }), gates[0].tool],
      lives,
    })
    const page = await here.open()
    await say(page, 'Find out')
    await gates[0].begun
    await page.locator('.task-card').getByRole('link', { name: 'Open' }).click()
    await page.getByText('The agent of this task is at work in this session.').waitFor()
    await page
      .locator('.session', { hasText: 'Look.' })
      .getByText(/^working ·/)
      .waitFor()
    const other = createAgent({ llm: scriptedLlm([[callOf('wait')], 'Over.']), tools: [gates[1].tool], store: here.store })
    const run = await other.run('Do it over there')
    await gates[1].begun
    await page.goto(`${here.playground.origin}/#/session/${run.sessionId}`)
    await page.getByText('Another program is at work in this session.').waitFor()
    expect(await barriers(page)).toEqual([])
    for (const { release } of gates) release('waited')
    await run.result
    await page.getByText('Another program is at work in this session.').waitFor({ state: 'detached' })
    await other.close()
  })

  test('a task of a worker says that its session is in the store of the worker, and links to it once it is here', async () => {
    const worker = createAgent({ llm: scriptedLlm(['Three files.']), store: memoryStore(), permissions: policy({ rules: [] }) })
    const far = stepTool<{ readonly task: string }>({
      name: 'far',
      description: 'Give a task to a worker.',
      input: jsonSchema({ type: 'object', properties: { task: { type: 'string' } } }),
      executor: worker.executor(),
      tasksOf: ({ task }) => [{ agent: 'default', description: task, prompt: task }],
    })
    await using here = await stage({ browser, script: [[callOf('far', { task: 'Count' })], 'It found three.', 'Now here.'], tools: [far] })
    const page = await here.open()
    await say(page, 'Find out')
    await page.locator('.outcome').waitFor()
    const card = page.locator('.task-card', { hasText: 'Count' })
    await card.getByText('Its session is not in this store').click()
    await card.getByText('It is in the store of the worker that did it').waitFor()
    expect(await card.getByRole('link').count()).toBe(0)
    expect(await barriers(page)).toEqual([])
    const [, id = ''] = /seamfold sessions show (\S+)/.exec(await card.innerText()) ?? []
    await here.fill(id, 1)
    await page.reload()
    await card.getByRole('link', { name: 'Open' }).click()
    await page.getByText('Question 0').first().waitFor()
    expect(here.complaints).toEqual([])
  })

  test('a task of another system says whose answer it waits for, and can be ended by hand', async () => {
    const build = externalTool<{ readonly target: string }>({
      name: 'build',
      description: 'Build it elsewhere.',
      input: jsonSchema({ type: 'object', properties: { target: { type: 'string' } } }),
    })
    const script = [[callOf('build', { target: 'web' })], 'Built.', [callOf('build', { target: 'app' })], 'Not built.']
    await using here = await stage({ browser, script, tools: [build] })
    const page = await here.open()
    for (const [prompt, text, button, words] of [
      ['Build the web', '{"artifact": "build/7"}', 'This is the result', 'Built.'],
      ['Build the app', 'the disk is full', 'It failed', 'Not built.'],
    ] as const) {
      await say(page, prompt)
      const task = page.getByRole('group', { name: 'A task of another system' })
      await task.getByText('Another system does this.').waitFor()
      await task.getByText('Say by hand how it ended').click()
      expect(await barriers(page)).toEqual([])
      await task.getByLabel('Its result, as JSON or as text, or why it failed').fill(text)
      await task.getByRole('button', { name: button }).click()
      await page.getByText(words, { exact: true }).first().waitFor()
    }
    await page.getByText(/^Answered by .+: \{"artifact":"build\/7"\}$/).waitFor()
    await page.getByText(/^Not answered by .+: the disk is full$/).waitFor()
    expect(here.complaints).toEqual([])
  })

  test('a prompt is tried again from there, in a fork', async () => {
    await using here = await stage({ browser, script: ['First try.', 'Second try.'] })
    const page = await here.open()
    await say(page, 'Try')
    await page.locator('.outcome').waitFor()
    const origin = page.url()
    await page.locator('.said').hover()
    await page.getByRole('button', { name: 'Retry from here' }).click()
    await page.getByText('Second try.').first().waitFor()
    expect(page.url()).not.toBe(origin)
    expect(await page.getByText('First try.').count()).toBe(0)
  })
})
