/** The promise that no moment is a bad one: the page is reloaded and cut off at random, and shows what an undisturbed one shows. */
import { tool } from '@seamfold/core'
import { callOf } from '@seamfold/core/testing'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasBrowser, openBrowser, sayIfSkipped } from './browser.ts'
import { picture, say, stage } from './stage.ts'

sayIfSkipped()

const look = tool({ name: 'look', description: 'Look.', readOnly: true, execute: () => 'three files' })

/** Numbers between 0 and 1, the same for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    const mixed = Math.imul(state ^ (state >>> 15), state | 1)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const words = (name: string, count: number): string => Array.from({ length: count }, (_, index) => `${name}${index}`).join(' ')

describe.skipIf(!hasBrowser)('at random moments', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser.close())

  test('two tabs are reloaded and cut off, say nothing twice, and show in the end what a third one shows', async () => {
    const seed = Number(process.env['MOMENTS_SEED'] ?? Date.now())
    const random = randomOf(seed)
    const texts = [words('first', 70), words('second', 70), words('third', 120)]
    const [first = '', second = '', third = ''] = texts
    const script = [
      [{ type: 'text' as const, text: first }, callOf('look')],
      [{ type: 'text' as const, text: second }, callOf('look')],
      third,
    ]
    await using here = await stage({ browser, script, tools: [look], paceMs: 25 })
    const tabs = [await here.open(), await here.open()] as const
    const [page, other] = tabs
    await say(page, 'Look around')
    await page.waitForURL(/session/)
    await other.goto(page.url())
    const moments: string[] = []
    for (let over = false; !over; over = (await other.locator('.outcome').count()) + (await page.locator('.outcome').count()) > 0) {
      const tab = random() < 0.5 ? page : other
      const cut = random() < 0.5
      moments.push(cut ? 'cut' : 'reload')
      if (cut) here.cutConnections()
      else await tab.reload()
      await tab.waitForTimeout(random() * 300)
      const shown = await tab.locator('.markdown').allInnerTexts()
      const strange = shown.filter((text, index) => !(texts[index] ?? '').startsWith(text.trim()) || index >= texts.length)
      expect(strange, `seed ${seed}, after ${moments.join(', ')}`).toEqual([])
    }
    const fresh = await here.open()
    await fresh.goto(page.url())
    for (const tab of [...tabs, fresh]) await tab.locator('.outcome').waitFor()
    expect(moments.length).toBeGreaterThan(3)
    const expected = await picture(fresh)
    expect([await picture(page), await picture(other)], `seed ${seed}`).toEqual([expected, expected])
    expect(expected.filter((text) => texts.includes(text.trim()))).toHaveLength(3)
  })
})
