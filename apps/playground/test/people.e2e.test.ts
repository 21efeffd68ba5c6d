/** Promises of the conversation with people and helpers in it, in a real browser: questions, plans, tasks, another try. */
import { askUser, taskTool, tool } from '@seamfold/core'
import { callOf } from '@seamfold/core/testing'
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
