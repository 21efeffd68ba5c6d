/** Promises of the window that shows what the model was asked, in a real browser. */
import { tool } from '@seamfold/core'
import { callOf } from '@seamfold/core/testing'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { barriers } from './axe.ts'
import { hasBrowser, openBrowser, sayIfSkipped } from './browser.ts'
import { say, stage } from './stage.ts'

sayIfSkipped()

const look = tool({ name: 'look', description: 'Look.', readOnly: true, execute: () => 'three files' })

describe.skipIf(!hasBrowser)('what the model was asked', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser.close())

  test('opens from a turn and from a fact, says what is new, and gives the keyboard back', async () => {
    const options = () => ({ instructions: 'You are a careful reader.' })
    await using here = await stage({ browser, script: [[callOf('look')], 'Three.'], tools: [look], options })
    const page = await here.open()
    await say(page, 'Look around')
    await page.locator('.outcome').waitFor()
    await page.getByRole('button', { name: 'Turns', exact: true }).click()
    const opener = page.locator('.turns tbody button').last()
    await opener.click()
    const window = page.getByRole('dialog', { name: 'What the model was asked' })
    await window.getByText('2 messages added at the end').waitFor()
    expect(await window.locator('.asked-message[data-mark=new]').count()).toBe(2)
    await window.getByRole('button', { name: '1 as before' }).click()
    expect(await window.locator('.asked-message').count()).toBe(3)
    await window.getByText('System prompt').click()
    await window.getByText('You are a careful reader.').waitFor()
    expect(await barriers(page)).toEqual([])
    await page.keyboard.press('Escape')
    await window.waitFor({ state: 'detached' })
    expect(await opener.evaluate((button) => button === document.activeElement)).toBe(true)
    await page.setViewportSize({ width: 1300, height: 450 })
    await page.getByRole('button', { name: 'Facts', exact: true }).click()
    // The newest is in view again.
    await page.waitForFunction(() => {
      const list = document.querySelector('.journal-scroll')
      return list !== null && list.scrollHeight > list.clientHeight && list.scrollHeight - list.scrollTop - list.clientHeight < 48
    })
    await page.setViewportSize({ width: 1300, height: 850 })
    await page.locator('.fact-head', { hasText: 'turn_start' }).first().click()
    await page.getByRole('button', { name: 'What the model was asked' }).click()
    await window.getByText('This is the first one.').waitFor()
    expect(here.complaints).toEqual([])
  })

  test('keys lead everywhere, are told on a sheet, and wait while somebody writes', async () => {
    await using here = await stage({ browser, script: ['Fine.'] })
    const page = await here.open()
    await say(page, 'Hello')
    await page.locator('.outcome').waitFor()
    await page.getByRole('textbox', { name: 'Prompt' }).fill('?n')
    expect(await page.getByRole('dialog').count()).toBe(0)
    await page.locator('.outcome').click()
    const field = page.getByRole('textbox', { name: 'Prompt' })
    await field.evaluate((element) => (element as HTMLElement).blur())
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keys' }).waitFor()
    expect(await barriers(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.keyboard.press('j')
    await page.getByRole('complementary', { name: 'Journal' }).waitFor({ state: 'detached' })
    await page.keyboard.press('w')
    await page.getByRole('heading', { name: 'Workflows' }).waitFor()
    await page.keyboard.press('n')
    await page.getByRole('heading', { name: 'What should it do?' }).waitFor()
  })
})
