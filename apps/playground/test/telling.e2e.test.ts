/** Promises of what the page tells from the facts alone, in a real browser: the way of a call, a request as it was sent, budgets, retries. */
import { type AgentOptions, budgetLedger, failed, hooks, laneQueue, policy, requestNotes, tool } from '@seamfold/core'
import type { SessionStore } from '@seamfold/core/kit'
import { callOf } from '@seamfold/core/testing'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { barriers } from './axe.ts'
import { hasBrowser, openBrowser, sayIfSkipped } from './browser.ts'
import { say, stage } from './stage.ts'

sayIfSkipped()

const flaky = () => {
  const answers = [failed('the line was cut', { kind: 'transport' }), 'three files']
  return tool({ name: 'look', description: 'Look.', readOnly: true, execute: () => answers.shift() ?? 'nothing' })
}
const write = tool({ name: 'write', description: 'Write.', access: () => [{ kind: 'write', path: 'a' }], execute: () => 'written' })

/** Everything that may have a say in a call, and a policy that hides a tool. */
const options = (store: SessionStore): Partial<AgentOptions> => ({
  use: [requestNotes()],
  hooks: hooks({ pre_tool_use: () => ({ decision: 'continue', by: [{ name: 'guard', decision: 'silent' }] }) }),
  permissions: policy({
    layers: [{ layer: 'user', rules: [{ allow: { tool: 'look' } }], file: 'policy.json', lines: [12] }],
    rules: [{ deny: { tool: 'write' } }],
  }),
  lanes: laneQueue({ query: { retry: { baseDelayMs: 1 } } }),
  budget: {
    perRun: { turns: 9, tokens: 90_000 },
    perSession: { tokens: 100_000 },
    ledger: budgetLedger(store, { root: 'day-2026-11-21', limits: { toolCalls: 10, tokens: 200_000 } }),
  },
})

const about = { limits: { turns: 9, tokens: 90_000 }, sessionLimits: { tokens: 100_000 } }

async function chosen(page: Page, type: string): Promise<void> {
  await page.getByRole('button', { name: 'Facts', exact: true }).click()
  await page.locator('.fact-head', { hasText: type }).first().click()
}

describe.skipIf(!hasBrowser)('what the facts tell', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser.close())

  test('is who had a say in a call, whether a request is what was sent, and what is left of every budget', async () => {
    await using here = await stage({ browser, script: [[callOf('look')], 'Three.'], tools: [flaky(), write], options, about })
    const page = await here.open()
    await say(page, 'Look around')
    await page.locator('.outcome').waitFor()

    await chosen(page, 'tool_execution_start')
    const story = page.getByRole('region', { name: 'Decisions about look' })
    await story.getByText('Allowed by a rule').waitFor()
    const told = await story.locator('li').allInnerTexts()
    const titles = told.map((line) => line.split('\n')[0])
    expect(titles.filter((title) => title !== 'Waited to begin')).toEqual([
      'The model asked for it',
      'Budget of its turn',
      'Hook guard',
      'Allowed by a rule',
      'Budgets set aside',
      'Lane query',
      'Attempt 1',
      'Tried again',
      'Lane query',
      'Attempt 2',
      'Ended',
    ])
    expect(told.join('\n')).toContain('(user, policy.json:12)')
    expect(told.join('\n')).toContain('the line was cut')
    expect(await barriers(page)).toEqual([])

    await page.getByRole('button', { name: 'Turns', exact: true }).click()
    for (const title of ['Budget of this run', 'Budget of this session', 'Shared budget day-2026-11-21'])
      await page.getByRole('region', { name: title }).waitFor()
    const shared = page.getByRole('region', { name: 'Shared budget day-2026-11-21' })
    await shared.getByText('1 of 10').waitFor()
    expect(await barriers(page)).toEqual([])

    await page.locator('.turns tbody button').last().click()
    const window = page.getByRole('dialog', { name: 'What the model was asked' })
    const sent = window.getByRole('region', { name: 'What was sent' })
    await sent.getByText('what is rebuilt here has its digest').waitFor()
    await sent.getByText('hidden: write').waitFor()
    await sent.getByText(/at most .* tokens/).waitFor()
    expect(await window.locator('summary', { hasText: 'Tools' }).innerText()).toContain('1')
    expect(await barriers(page)).toEqual([])
    expect(here.complaints).toEqual([])
  })

  test('is plain about a request that cannot be rebuilt, and about one of which nobody kept what was changed', async () => {
    const long = {
      name: 'around',
      start: () => ({ prepareTurn: (draft: { readonly system: string }) => ({ ...draft, system: 'Another.' }) }),
    }
    const noted = () => ({ use: [long, requestNotes()] }) as unknown as Partial<AgentOptions>
    for (const [given, words] of [
      [noted, 'cannot be rebuilt: the system prompt was changed'],
      [() => ({}), 'was not kept when it was made'],
    ] as const) {
      await using here = await stage({ browser, script: ['Fine.'], options: given })
      const page = await here.open()
      await say(page, 'Hello')
      await page.locator('.outcome').waitFor()
      await page.getByRole('button', { name: 'Turns', exact: true }).click()
      await page.locator('.turns tbody button').last().click()
      await page.getByRole('region', { name: 'What was sent' }).getByText(words).waitFor()
      expect(here.complaints).toEqual([])
    }
  })

  test('says while a call waits to be tried again what it failed with, and when it follows', async () => {
    const lanes = () => ({ lanes: laneQueue({ query: { retry: { baseDelayMs: 20_000 } } }) })
    await using here = await stage({ browser, script: [[callOf('look')], 'Three.'], tools: [flaky()], options: lanes, paceMs: 700 })
    const page = await here.open()
    await say(page, 'Look around')
    const card = page.getByRole('group', { name: 'Tool call look' })
    await card.getByText(/attempt 2 in /).waitFor()
    await card.getByRole('button').first().click()
    await card.getByText('Failed for the moment: the line was cut').waitFor()
    expect(await barriers(page)).toEqual([])
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.locator('.outcome').waitFor()
  })
})
