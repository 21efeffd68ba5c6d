/** Promises of the studio, in a real browser: every decision can be looked up, forked from, compared, and read by everybody. */
import { tool } from '@seamfold/core'
import { callOf, type ScriptedReply } from '@seamfold/core/testing'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { barriers } from './axe.ts'
import { hasBrowser, openBrowser, sayIfSkipped } from './browser.ts'
import { gatedTool, picture, say, stage } from './stage.ts'

sayIfSkipped()

const look = tool({ name: 'look', description: 'Look.', readOnly: true, execute: () => 'three files' })
const write = tool({ name: 'write', description: 'Write.', access: () => [{ kind: 'write', path: 'a.txt' }], execute: () => 'written' })

const select = (page: Page, type: string): Promise<void> => page.locator('.fact-head', { hasText: type }).last().click()

describe.skipIf(!hasBrowser)('the studio', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser.close())

  test('tells the decisions of a call from any of its facts', async () => {
    await using here = await stage({ browser, script: [[callOf('write', { text: 'a' })], 'Done.'], tools: [write] })
    const page = await here.open()
    await say(page, 'Write it')
    await page.getByRole('button', { name: 'Approve', exact: true }).click()
    await page.locator('.outcome').waitFor()
    await select(page, 'tool_execution_start')
    const titles = await page.locator('.story strong').allInnerTexts()
    // A machine with much to do lets it wait for longer than is passed over.
    expect(titles.filter((title) => title !== 'Waited to begin')).toEqual([
      'The model asked for it',
      'Budget of its turn',
      'A person is asked',
      'Approved',
      'Attempt 1',
      'Ended',
    ])
    await page.locator('.fact-head[aria-pressed=true]').press('ArrowDown')
    await page.getByRole('region', { name: 'Fact tool_end' }).waitFor()
  })

  test('forks at a fact, runs another way there, and shows both branches with what each has of its own', async () => {
    await using here = await stage({ browser, script: [[callOf('look')], 'Three files.', 'Another answer.'], tools: [look] })
    const page = await here.open()
    await say(page, 'Look around')
    await page.locator('.outcome').waitFor()
    const origin = new URL(page.url()).hash
    await select(page, 'agent_start')
    await page.getByRole('button', { name: 'Fork with changes…' }).click()
    const field = page.getByRole('dialog').getByRole('textbox', { name: 'Prompt' })
    expect(await field.inputValue()).toBe('Look around')
    expect(await barriers(page)).toEqual([])
    await field.fill('Look elsewhere')
    await page.getByRole('button', { name: 'Fork and run', exact: true }).click()
    await page.waitForURL((url) => url.hash !== origin)
    const [first, second] = [page.getByRole('region', { name: 'Origin' }), page.getByRole('region', { name: 'Fork' })]
    await first.getByText('Three files.').first().waitFor()
    await second.getByText('Another answer.').first().waitFor()
    expect(await second.getByText('Three files.').count()).toBe(0)
    await page.getByText('1 of 1 calls were made in one of them only').waitFor()
    expect(await page.locator('.session-list li[data-fork=true]').count()).toBe(1)
    expect(here.complaints).toEqual([])
  })

  test('forks at a result with another one, and both branches go their own way', async () => {
    const script = [[callOf('look')], 'Three files.', 'None, then.']
    await using here = await stage({ browser, script, tools: [look] })
    const page = await here.open()
    await say(page, 'Look around')
    await page.locator('.outcome').waitFor()
    await select(page, 'tool_end')
    await page.getByRole('button', { name: 'Fork with changes…' }).click()
    const result = page.getByRole('textbox', { name: /What look came to/ })
    expect(await result.inputValue()).toBe('three files')
    await result.fill('no files')
    await page.getByRole('button', { name: 'Fork and run', exact: true }).click()
    const fork = page.getByRole('region', { name: 'Fork', exact: true })
    await fork.locator('.outcome[data-status=completed]').waitFor()
    await fork.getByText('None, then.').first().waitFor()
    await fork.getByRole('button', { name: /look/ }).click()
    await fork.getByText('no files').waitFor()
    await page.getByLabel('How the answers differ').waitFor()
    expect(await barriers(page)).toEqual([])
  })

  test('runs on from the middle of a run in a fork, without doing again what was done', async () => {
    await using here = await stage({ browser, script: [[callOf('look')], 'First ending.', 'Second ending.'], tools: [look] })
    const page = await here.open()
    await say(page, 'Look around')
    await page.locator('.outcome').waitFor()
    await select(page, 'tool_end')
    await page.getByRole('button', { name: 'Fork and run on' }).click()
    await page.getByText('Second ending.').first().waitFor()
    await page.locator('.outcome[data-status=completed]').waitFor()
    expect(await page.locator('.tool-card').count()).toBe(1)
  })

  test('rewinds when asked twice, and the picture is that of the past', async () => {
    await using here = await stage({ browser, script: ['First.', 'Second.'] })
    const page = await here.open()
    await say(page, 'One')
    await page.locator('.outcome').waitFor()
    const before = await picture(page)
    await say(page, 'Two')
    await page.locator('.outcome').nth(1).waitFor()
    await page.locator('.fact-head', { hasText: 'session_released' }).first().click()
    await page.getByRole('button', { name: 'Rewind to here…' }).click()
    await page.getByRole('button', { name: /Yes, rewind/ }).click()
    await page.getByText('Second.').first().waitFor({ state: 'detached' })
    await page.locator('.outcome').waitFor()
    expect(await picture(page)).toEqual(before)
  })

  test('shows the same picture however often it is reloaded or cut off, in the middle of a call and after it', async () => {
    const wait = gatedTool('wait')
    const script = [[{ type: 'text' as const, text: 'I look. '.repeat(40) }, callOf('look')], [callOf('wait')], 'All was seen. '.repeat(40)]
    await using here = await stage({ browser, script, tools: [look, wait.tool] })
    const [page, watcher] = [await here.open(), await here.open()]
    await say(page, 'Look around')
    await wait.begun
    await page.waitForURL(/session/)
    await watcher.goto(page.url())
    for (let round = 0; round < 6; round += 1) {
      if (round === 3) wait.release('over')
      if (round % 2 === 0) here.cutConnections()
      else await page.reload()
      await page.locator('.said').first().waitFor()
    }
    await page.locator('.outcome').waitFor()
    await watcher.locator('.outcome').waitFor()
    expect(await picture(page)).toEqual(await picture(watcher))
    await watcher.reload()
    await watcher.locator('.outcome').waitFor()
    expect(await picture(page)).toEqual(await picture(watcher))
  })

  test('shows every letter of what is to be approved, also those that hide', async () => {
    const script = [[callOf('write', { text: 'safe\u202etxt.exe\u200b' })], 'Done.']
    await using here = await stage({ browser, script, tools: [write] })
    const page = await here.open()
    await say(page, 'Write it')
    const shown = page.getByRole('group', { name: 'All arguments' })
    expect(await shown.innerText()).toContain('safe\\u202etxt.exe\\u200b')
    expect(await page.locator('.tool-card').innerText()).not.toMatch(/[\u202e\u200b]/)
  })

  test('draws little of a conversation of 2,000 messages, opens it at its end, and finds its beginning', async () => {
    const turns = 1_000
    const script: readonly ScriptedReply[] = Array.from({ length: turns }, (_, index) => `Answer ${index}, which is a **little** longer.`)
    await using here = await stage({ browser, script })
    const { id } = (await here.ask('/api/sessions', {})) as { id: string }
    await here.fill(id, turns)
    const page = await here.open()
    await page.goto(`${here.playground.origin}/#/session/${encodeURIComponent(id)}`)
    await page
      .getByText(`Answer ${turns - 1},`)
      .first()
      .waitFor()
    expect(await page.locator('.item').count()).toBeLessThan(80)
    expect(await page.locator('.fact').count()).toBeLessThan(80)
    await page.locator('.conversation-scroll').hover()
    const first = page.locator('.said', { hasText: 'Question 0' }).first()
    // By hand, as a person would: what moves by itself is put back at the end.
    await expect
      .poll(async () => (await page.mouse.wheel(0, -10_000_000), first.isVisible()), { timeout: 20_000, interval: 200 })
      .toBe(true)
    expect(await page.locator('.item').count()).toBeLessThan(80)
  })

  test('keeps nobody out: each view, light and dark, wide and narrow', async () => {
    await using here = await stage({
      browser,
      script: [[callOf('look')], 'Some `code`.', [callOf('write', { text: 'a' })], 'Done.'],
      tools: [look, write],
    })
    const page = await here.open()
    const check = async (view: string): Promise<void> => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
        expect([view, colorScheme, ...(await barriers(page))]).toEqual([view, colorScheme])
      }
    }
    await check('welcome')
    await say(page, 'Look')
    await page.locator('.outcome').waitFor()
    await select(page, 'tool_end')
    await check('session with a fact')
    await page.getByRole('button', { name: 'Turns', exact: true }).click()
    await check('turns')
    await page.getByRole('button', { name: 'Facts', exact: true }).click()
    await say(page, 'Write')
    await page.locator('.approval').waitFor()
    await check('approval')
    await select(page, 'session_claimed')
    await page.getByRole('button', { name: 'Fork here' }).click()
    await page.getByRole('link', { name: 'Compare' }).click()
    await page.getByRole('region', { name: 'Fork' }).waitFor()
    await check('comparison')
    await page.getByRole('link', { name: /Parts/ }).click()
    await page.getByRole('heading', { name: 'Parts' }).waitFor()
    await check('parts')
    for (const width of [360, 3_840]) {
      await page.setViewportSize({ width, height: 900 })
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
    }
    await check('parts, 4k')
  })
})
