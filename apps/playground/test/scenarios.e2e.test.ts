/** Promises of the scenarios that the welcome page offers: each plays to its end without a key, on a copy, with real tools and processes. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasBrowser, openBrowser, sayIfSkipped } from './browser.ts'
import { project, type Project } from './command.ts'

sayIfSkipped()

describe.skipIf(!hasBrowser)('a scenario of the playground', () => {
  let browser: Browser
  let here: Project
  let page: Page
  let outcome: Locator
  let url = ''
  beforeAll(async () => {
    browser = await openBrowser()
    here = await project()
    url = (await here.start()).url
    page = await browser.newPage()
    await page.goto(url)
    outcome = page.locator('.outcome')
  })
  afterAll(async () => {
    await browser?.close()
    await here?.[Symbol.asyncDispose]()
  })

  const play = async (title: string): Promise<void> => {
    await page.goto(new URL('#/', url).href)
    await page.getByRole('button', { name: title }).click()
    await page.waitForURL(/#\/session\//)
  }
  const status = async (): Promise<string | null> => {
    await outcome.waitFor()
    return outcome.getAttribute('data-status')
  }
  const calls = (tool: string): Promise<number> => page.locator('.tool-card', { hasText: tool }).count()

  test('explores and answers, and asks nothing', async () => {
    await play('Explore and answer')
    expect(await status()).toBe('completed')
    await page.locator('.markdown', { hasText: 'splitIntoDays' }).waitFor()
    expect(await page.locator('.markdown', { hasText: 'npm test' }).count()).toBeGreaterThan(0)
  })

  test('fixes a failing test in the copy, and nothing in one’s own folder', async () => {
    const before = await readFile(join(here.folder, 'src/days.js'), 'utf8')
    await play('Fix a failing test')
    expect(await status()).toBe('completed')
    await page.locator('.markdown', { hasText: 'all 10 tests pass now' }).waitFor()
    expect(await calls('edit')).toBeGreaterThan(0)
    expect(await readFile(join(here.folder, 'src/days.js'), 'utf8')).toBe(before)
  })

  test('hears a no, and stops rather than work around it', async () => {
    await play('Say no')
    await page.getByRole('button', { name: 'Reject…' }).click()
    await page.getByRole('textbox', { name: /Why not/ }).fill('nothing is run here today')
    await page.keyboard.press('Enter')
    expect(await status()).toBe('completed')
    await page.locator('.markdown', { hasText: 'I stop here' }).waitFor()
    expect(await page.locator('.tool-card', { hasText: 'nothing is run here today' }).count()).toBe(1)
  })

  test('is killed in the middle of a command, and goes on', async () => {
    await play('Crash in the middle')
    await page.getByText('it was ended by SIGKILL').first().waitFor()
    await page.getByRole('button', { name: 'Resume' }).click()
    expect(await status()).toBe('completed')
    await page.locator('.markdown', { hasText: 'all 10 tests pass now' }).waitFor()
    await page.locator('.conversation-scroll').evaluate((element) => element.scrollTo(0, 0))
    await page.getByRole('region', { name: 'The run was taken over' }).waitFor()
  })

  test('is stopped by its budget in the middle of the work, which says what was spent', async () => {
    await play('Run out of budget')
    const ended = await status()
    expect(ended).toBe('failed')
    expect(await outcome.innerText()).toMatch(/budget_exhausted The run's budget is used up: \d+ of 24000 tokens/)
    expect(await page.locator('.tool-card').count()).toBeGreaterThan(2)
  })

  test('has five agents work at once, each with a session of its own', async () => {
    await play('Five agents at once')
    expect(await status()).toBe('completed')
    await page.locator('.markdown', { hasText: '5 agents have read 5 files' }).waitFor()
    await page.locator('.markdown li', { hasText: 'src/stages.js' }).waitFor()
    // What was played before is still there.
    expect(await page.locator('.session-list .session').count()).toBeGreaterThanOrEqual(6)
  })
})
