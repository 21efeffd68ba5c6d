/** Promises to who has no mouse, in a real browser: everything can be reached, seen where one is, and left again. */
import { tool } from '@seamfold/core'
import { callOf } from '@seamfold/core/testing'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasBrowser, openBrowser, sayIfSkipped } from './browser.ts'
import { project } from './command.ts'
import { say, stage } from './stage.ts'

sayIfSkipped()

const look = tool({ name: 'look', description: 'Look.', readOnly: true, execute: () => 'three files' })

type Walked = { readonly missed: readonly string[]; readonly unseen: readonly string[] }

/** Presses Tab until it has gone round, and tells what was never reached and where nothing shows that one is there. */
async function walk(page: Page): Promise<Walked> {
  const wanted = await page.evaluate(() => {
    const all = [
      ...document.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea, summary, [role=button], [tabindex="0"]'),
    ]
    const reachable = all.filter((element) => {
      const { width, height } = element.getBoundingClientRect()
      const { visibility } = getComputedStyle(element)
      const off =
        element.matches(':disabled, [tabindex="-1"], [inert] *') || element.closest('details:not([open]) > :not(summary)') !== null
      return width > 0 && height > 0 && visibility === 'visible' && !off
    })
    for (const [index, element] of reachable.entries()) element.dataset['walk'] = String(index)
    document.body.focus()
    return reachable.map(
      (element) => `${element.tagName.toLowerCase()} ${element.getAttribute('aria-label') ?? element.textContent?.trim().slice(0, 40)}`,
    )
  })
  const reached = new Set<number>()
  const unseen = new Set<string>()
  for (let press = 0; press < wanted.length * 2 + 10 && reached.size < wanted.length; press += 1) {
    await page.keyboard.press('Tab')
    const here = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement | null
      if (element === null || element === document.body) return undefined
      const marked = (each: Element): boolean => {
        const { outlineStyle, boxShadow, stroke } = getComputedStyle(each)
        return outlineStyle !== 'none' || boxShadow !== 'none' || (each.matches('.plot-hit') && stroke !== 'none')
      }
      const around = [element, element.parentElement, element.parentElement?.parentElement, element.querySelector('.plot-hit')]
      return {
        index: Number(element.dataset['walk'] ?? -1),
        seen: around.some((each) => each !== null && each !== undefined && marked(each)),
      }
    })
    if (here === undefined || here.index === -1) continue
    reached.add(here.index)
    if (!here.seen) unseen.add(wanted[here.index] ?? '')
  }
  return { missed: wanted.filter((_, index) => !reached.has(index)), unseen: [...unseen] }
}

const everything: Walked = { missed: [], unseen: [] }

describe.skipIf(!hasBrowser)('the keyboard', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser.close())

  test('reaches every control of a session and its journal, and one sees where one is', async () => {
    await using here = await stage({ browser, script: [[callOf('look')], 'Three files.'], tools: [look] })
    const page = await here.open()
    expect(await walk(page)).toEqual(everything)
    await say(page, 'Look around')
    await page.locator('.outcome').waitFor()
    await page.locator('.fact-head').first().click()
    expect(await walk(page)).toEqual(everything)
  })

  test('walks along the bars of a plot with arrows, opens what the model was asked, and comes back to the bar', async () => {
    await using here = await stage({ browser, script: [[callOf('look')], 'Three files.'], tools: [look] })
    const page = await here.open()
    await say(page, 'Look around')
    await page.locator('.outcome').waitFor()
    await page.getByRole('button', { name: /Turns/ }).first().click()
    const bar = page.locator('.plot-bar[tabindex="0"]').first()
    await bar.focus()
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog')
    await dialog.waitFor()
    for (let press = 0; press < 12; press += 1) {
      await page.keyboard.press('Tab')
      expect(
        await page.evaluate(() => document.activeElement === document.body || document.activeElement?.closest('dialog') !== null),
      ).toBe(true)
    }
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expect(await page.evaluate(() => document.activeElement?.classList.contains('plot-bar'))).toBe(true)
  })

  test('goes to the content at once, and reaches every part, workflow field and scenario', async () => {
    await using here = await project()
    const { url } = await here.start()
    const page = await browser.newPage()
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await page.goto(url)
    await page.getByText('Or watch one of these').waitFor()
    await page.getByRole('button', { name: 'To the content' }).focus()
    await page.keyboard.press('Enter')
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('MAIN')
    expect(await walk(page)).toEqual(everything)
    await page.getByRole('link', { name: 'Workflows' }).click()
    await page.getByRole('heading', { name: 'Run a workflow' }).waitFor()
    expect(await walk(page)).toEqual(everything)
    await page.getByRole('link', { name: 'Parts, code and conformance' }).click()
    await page.getByRole('button', { name: 'Judge it' }).waitFor()
    expect(await walk(page)).toEqual(everything)
    const moving = await page.evaluate(() => document.getAnimations().filter(({ playState }) => playState === 'running').length)
    expect(moving).toBe(0)
    await page.close()
  })
})
