/** Promises of `seamfold playground` as people start it: built, with the simulator, on a real project, with a journal on disk. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasBrowser, openBrowser, sayIfSkipped } from './browser.ts'
import { project } from './command.ts'
import { say } from './stage.ts'

/** A store that is built, by its path: the workspace has no packages. */
const builtStore = fileURLToPath(new URL('../../../packages/core/dist/index.js', import.meta.url))

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
    await say(page, 'A test fails. Find out why and fix it.')
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

  test('kills its agent at the press of a button, starts it again, and tells what was used again', async () => {
    await using here = await project()
    const { url } = await here.start('--permissions', 'full')
    const page = await browser.newPage()
    await page.goto(url)
    await say(page, 'A test fails. Find out why and fix it.')
    await page.locator('.tool-card[data-status=succeeded]').first().waitFor()
    await page.getByRole('button', { name: 'Kill' }).click()
    await page.getByText('The agent’s process is gone: it was ended by SIGKILL.').waitFor()
    await page.getByRole('button', { name: 'Start it again' }).click()
    await page.getByText('start 2').waitFor()
    await page.getByRole('button', { name: 'Kill' }).click()
    // Who resumes needs no other button.
    await page.getByRole('button', { name: 'Start it again' }).waitFor()
    await page.getByRole('button', { name: 'Resume' }).click()
    const outcome = page.locator('.outcome')
    await outcome.waitFor()
    expect(await outcome.getAttribute('data-status')).toBe('completed')
    await page.locator('.conversation-scroll').evaluate((element) => element.scrollTo(0, 0))
    await page.getByRole('region', { name: 'The run was taken over' }).waitFor()
    expect(await page.getByRole('region', { name: 'The run was taken over' }).innerText()).toMatch(
      /Used again from the journal: \d+ model turn/,
    )
    await page.close()
  })

  test('allows a kind of call for the rest of the session, and judges a module of one’s own', async () => {
    await using here = await project()
    const { url } = await here.start()
    const page = await browser.newPage()
    await page.goto(url)
    await say(page, 'A test fails. Find out why and fix it.')
    await page.getByRole('button', { name: "Always in this session: 'node --test'" }).click()
    await page.getByRole('button', { name: 'Always in this session: edits in this workspace' }).click()
    // The tests run once more after the edit, and nobody is asked.
    await page.locator('.outcome[data-status=completed]').waitFor()
    await page.getByRole('link', { name: /Parts/ }).click()
    await page.getByLabel(/Module/).fill('./nothing.mjs')
    await page.getByRole('button', { name: 'Judge it' }).click()
    await page.getByRole('alert').filter({ hasText: 'cannot be loaded' }).waitFor()
    await page.getByLabel(/Module/).fill(`${builtStore}#memoryStore`)
    await page.getByRole('button', { name: 'Judge it' }).click()
    await page.getByRole('alert').filter({ hasText: 'lies outside of' }).waitFor()
    await writeFile(join(here.folder, 'own.mjs'), `export { memoryStore } from '${builtStore}'`)
    await page.getByLabel(/Module/).fill('./own.mjs')
    await page.getByRole('button', { name: 'Judge it' }).click()
    await page.getByRole('heading', { name: /keeps every promise/ }).waitFor()
    expect(await page.locator('.card li[data-status=failed]').count()).toBe(0)
    await page.close()
  })
})
