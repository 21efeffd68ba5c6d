/** Promises of the page about what is wrong outside of it: it says so in words, with the way out, and goes on when it is put right. */
import { writeFile } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { codingScenario, startSimulator } from '@seamfold/simulator'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { barriers } from './axe.ts'
import { hasBrowser, openBrowser, sayIfSkipped } from './browser.ts'
import { project } from './command.ts'
import { say, stage } from './stage.ts'

/** A store that does not look at what is expected. */
const careless = `
const create = () => {
  const logs = new Map()
  return {
    contract: 1,
    async append(key, records) { logs.set(key, [...(logs.get(key) ?? []), ...records]) },
    async *read(key, { from = 0 } = {}) { for (const [offset, record] of (logs.get(key) ?? []).entries()) if (offset >= from) yield { offset, record } },
    async *keys() { yield* logs.keys() },
    async delete(key) { logs.delete(key) },
  }
}
export const careless = { name: 'careless', create, destroy() {} }
`

sayIfSkipped()

describe.skipIf(!hasBrowser)('what is wrong outside of the page', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser.close())

  test('a key that the provider refuses is said with the way out, and another model is one choice away', async () => {
    await using simulator = await startSimulator({ scenario: codingScenario(), apiKeys: ['the-right-key'] })
    await using here = await project({ ANTHROPIC_API_KEY: 'a-key-that-nobody-takes', ANTHROPIC_BASE_URL: simulator.anthropicBaseUrl })
    const { url } = await here.start()
    const page = await browser.newPage()
    await page.goto(url)
    await say(page, 'What is in this folder?')
    const outcome = page.locator('.outcome')
    await outcome.waitFor()
    expect(await outcome.innerText()).toContain('Set a key that the provider takes where the playground is started')
    expect(await page.content()).not.toContain('a-key-that-nobody-takes')
    expect(await barriers(page)).toEqual([])
    await outcome.getByRole('link', { name: 'Parts' }).click()
    await page.getByLabel('Provider').selectOption('simulator')
    await page.getByRole('button', { name: 'Use these parts' }).click()
    await page.getByText('start 2').waitFor()
    await page.goBack()
    await say(page, 'What is in this folder?')
    await outcome.nth(1).waitFor()
    expect(await outcome.nth(1).getAttribute('data-status')).toBe('completed')
    await page.close()
  })

  test('a store that another process has locked is said in words, the prompt is kept, and it works when the lock is gone', async () => {
    await using here = await project()
    const { url } = await here.start()
    const page = await browser.newPage()
    await page.goto(url)
    await say(page, 'What is in this folder?')
    await page.locator('.outcome').waitFor()
    const other = new DatabaseSync(join(here.folder, '.seamfold/sessions.db'))
    other.exec('BEGIN IMMEDIATE')
    await say(page, 'And what else is in this folder?')
    const told = page.getByRole('alert').filter({ hasText: 'database is locked' })
    // The store waits for the lock, more than once, before it gives up.
    await told.waitFor({ timeout: 90_000 })
    expect(await told.innerText()).toContain('end the process that keeps a transaction open')
    expect(await page.getByRole('textbox', { name: /Prompt|Say something/ }).inputValue()).toBe('And what else is in this folder?')
    expect(await barriers(page)).toEqual([])
    other.exec('ROLLBACK')
    other.close()
    await page.keyboard.press('Enter')
    await page.locator('.outcome').nth(1).waitFor()
    expect(await told.count()).toBe(0)
    await page.close()
  })

  test('a module that exports no adapter is said with what it exports and what would do, and the next one is judged', async () => {
    await using here = await project()
    await writeFile(join(here.folder, 'seven.mjs'), 'export const seven = 7\nexport const words = "none"\n')
    await writeFile(join(here.folder, 'angry.mjs'), 'throw new Error("no database here")\n')
    await writeFile(join(here.folder, 'careless.mjs'), careless)
    const { url } = await here.start()
    const page = await browser.newPage()
    await page.goto(url)
    await page.getByRole('link', { name: 'Parts, code and conformance' }).click()
    const told = page.getByRole('region', { name: 'Conformance' }).getByRole('alert')
    for (const [module, words] of [
      ['./seven.mjs', /exports no adapter\. It exports seven, words:.*An adapter is a function/],
      ['./seven.mjs#eight', /has no export 'eight'/],
      ['./angry.mjs', /cannot be loaded: no database here/],
      ['./nowhere.mjs', /There is no module \.\/nowhere\.mjs in /],
    ] as const) {
      await page.getByLabel(/^Module, as a path/).fill(module)
      await page.getByRole('button', { name: 'Judge it' }).click()
      await told.filter({ hasText: words }).waitFor()
    }
    expect(await barriers(page)).toEqual([])
    await page.getByLabel(/^Module, as a path/).fill('./careless.mjs')
    await page.getByRole('button', { name: 'Judge it' }).click()
    const card = page.getByRole('region', { name: 'Conformance card' })
    await card.getByText(/breaks \d+ of \d+ promises/).waitFor()
    expect(await told.count()).toBe(0)
    expect((await card.locator('li[data-status=failed] .case-reason').first().innerText()).length).toBeGreaterThan(10)
    await page.close()
  })

  test('a port that another playground uses is said in words before anything is served, and that one goes on', async () => {
    await using here = await project()
    const { url } = await here.start()
    const { port } = new URL(url)
    await expect(here.start('--port', port)).rejects.toThrow(
      `The playground cannot listen on 127.0.0.1:${port}. A playground runs there already: open http://127.0.0.1:${port}/ `,
    )
    const page = await browser.newPage()
    await page.goto(url)
    await page.getByRole('button', { name: 'Explore and answer' }).waitFor()
    await page.close()
  })

  test('branches that are not in the store are said to be missing, and nothing is told of them', async () => {
    await using here = await stage({ browser, script: [] })
    const page = await here.open()
    await page.goto(`${here.playground.origin}/#/compare/this/that`)
    await page.getByText("There is no session 'this' in the store that is open here").waitFor()
    await page.getByText("There is no session 'that' in the store that is open here").waitFor()
    await page.getByText('They share their first').waitFor({ state: 'detached' })
    expect(await page.getByRole('region', { name: 'Differences' }).count()).toBe(0)
    expect(await barriers(page)).toEqual([])
  })
})
