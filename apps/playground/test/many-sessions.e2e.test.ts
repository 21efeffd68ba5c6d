/** Promises of a store with thousands of sessions, in a real browser: what is shown is loaded, and the rest as one scrolls. */
import { createAgent, memoryStore } from '@seamfold/core'
import type { SessionStore } from '@seamfold/core/kit'
import { scriptedLlm } from '@seamfold/core/testing'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { barriers } from './axe.ts'
import { hasBrowser, openBrowser, sayIfSkipped } from './browser.ts'
import { stage } from './stage.ts'

sayIfSkipped()

/** Copies of one session, in the order of their names. */
async function fill(store: SessionStore, count: number): Promise<void> {
  const model = memoryStore()
  const agent = createAgent({ llm: scriptedLlm(['Done.']), store: model })
  await (await (await agent.session({ id: 'model' })).send('A question')).completed()
  await agent.close()
  const records: string[] = []
  for await (const { record } of model.read('journal/model')) records.push(record)
  for (let index = 0; index < count; index += 1) {
    await store.append(`journal/s${String(index).padStart(4, '0')}`, records, { expected: 0 })
  }
}

const shown = (page: Page): Promise<number> => page.locator('.session-list li').count()

const addressOf = (page: Page): Promise<string | null | undefined> => page.evaluate(() => document.activeElement?.getAttribute('href'))

describe.skipIf(!hasBrowser)('thousands of sessions', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser.close())

  test('are drawn as far as they are seen, loaded as one scrolls, and walked through with arrows', async () => {
    await using here = await stage({ browser, script: ['Found.'] })
    await fill(here.store, 2_000)
    await here.fill('needle', 1)
    const page = await here.open()
    await page.locator('.session-list li').first().waitFor()
    expect(await shown(page)).toBeLessThan(60)
    const last = page.locator('.session-list li[aria-posinset="2001"]')
    for (let round = 0; round < 400 && (await last.count()) === 0; round += 1) {
      await page.locator('.sidebar-scroll').evaluate((element) => element.scrollTo(0, element.scrollHeight))
      await page.evaluate(() => new Promise(requestAnimationFrame))
    }
    await last.waitFor()
    expect(await shown(page)).toBeLessThan(60)
    await page.locator('.sidebar-scroll').evaluate((element) => element.scrollTo(0, 0))
    const first = page.locator('.session-list li[aria-posinset="1"] a')
    await first.focus()
    await page.keyboard.press('ArrowDown')
    await page.locator('.session-list li[aria-posinset="2"] a:focus').waitFor()
    await page.keyboard.press('End')
    await page.locator('.session-list li[aria-posinset="2001"] a:focus').waitFor()
    const far = await addressOf(page)
    await page.keyboard.press('Enter')
    await page.waitForURL((url) => url.hash === far)
    expect(await barriers(page)).toEqual([])
    expect(here.complaints).toEqual([])
  })

  test('are searched by words and by status', async () => {
    await using here = await stage({ browser, script: ['Found.'] })
    await fill(here.store, 300)
    await here.fill('needle', 1)
    const page = await here.open()
    await page.getByRole('searchbox', { name: 'Search sessions' }).fill('QUESTION 0')
    await page.locator('.session-list li[aria-setsize="1"]').waitFor()
    expect(await page.locator('.session-title').allInnerTexts()).toEqual(['Question 0'])
    await page.getByRole('combobox', { name: 'Sessions that are' }).selectOption('failed')
    await page.getByText('No session is like that.').waitFor()
    await page.getByRole('searchbox', { name: 'Search sessions' }).fill('')
    await page.getByRole('combobox', { name: 'Sessions that are' }).selectOption('All')
    await page.locator('.session-list li').nth(20).waitFor()
    expect(here.complaints).toEqual([])
  })
})
