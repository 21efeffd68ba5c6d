/** Promises of `seamfold playground` as people start it: built, with the simulator, on a real project, with a journal on disk. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasBrowser, openBrowser, sayIfSkipped } from './browser.ts'
import { project } from './command.ts'
import { say } from './stage.ts'

sayIfSkipped()

describe.skipIf(!hasBrowser)('seamfold playground', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser.close())

  test('fixes a failing test, asking before it edits or runs anything', async () => {
    await using here = await project()
    const before = await readFile(join(here.folder, 'src/days.js'), 'utf8')
    const { url } = await here.start()
    const page = await browser.newPage()
    await page.goto(url)
    await page.getByRole('button', { name: /Fix a failing test/ }).click()
    const outcome = page.locator('.outcome')
    const approve = page.getByRole('button', { name: 'Approve', exact: true })
    for (let answered = 0; answered < 10; answered += 1) {
      await outcome.or(approve).first().waitFor()
      if ((await outcome.count()) > 0) break
      await approve.click()
      await approve.waitFor({ state: 'detached' })
    }
    expect(await outcome.getAttribute('data-status')).toBe('completed')
    expect(await readFile(join(here.folder, 'src/days.js'), 'utf8')).not.toBe(before)
    expect(await page.locator('.tool-card', { hasText: 'edit' }).count()).toBeGreaterThan(0)
    await page.close()
  })

  test('goes on where it was killed', async () => {
    await using here = await project()
    const first = await here.start('--permissions', 'full')
    const page = await browser.newPage()
    await page.goto(first.url)
    await say(page, 'A test fails. Find out why and fix it.')
    await page.locator('.tool-card').first().waitFor()
    await first.stop('SIGKILL')
    await page.getByText('Connection lost').waitFor()
    const session = new URL(page.url()).hash
    const second = await here.start('--permissions', 'full')
    await page.goto(second.url)
    await page.locator(`a[href="${session}"]`).click()
    await page.getByRole('button', { name: 'Resume' }).click()
    const outcome = page.locator('.outcome')
    await outcome.waitFor()
    expect(await outcome.getAttribute('data-status')).toBe('completed')
    await page.close()
  })
})
