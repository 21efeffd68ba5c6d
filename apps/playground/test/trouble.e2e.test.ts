/** Promises of the page about what is wrong outside of it: it says so in words, with the way out, and goes on when it is put right. */
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { codingScenario, startSimulator } from '@seamfold/simulator'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { barriers } from './axe.ts'
import { hasBrowser, openBrowser, sayIfSkipped } from './browser.ts'
import { project } from './command.ts'
import { say } from './stage.ts'

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
    await told.waitFor()
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
})
