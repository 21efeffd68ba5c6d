/** Promises of the page, in a real browser, to whoever looks at an agent through it. */
import { tool } from '@seamfold/core'
import { callOf } from '@seamfold/core/testing'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasBrowser, openBrowser, sayIfSkipped } from './browser.ts'
import { gatedTool, picture, say, stage } from './stage.ts'

sayIfSkipped()

const look = tool({ name: 'look', description: 'Look.', readOnly: true, execute: () => 'three files' })
const writes: unknown[] = []
const write = tool({
  name: 'write',
  description: 'Write.',
  access: () => [{ kind: 'write', path: 'a.txt' }],
  execute: (input) => {
    writes.push(input)
    return 'written'
  },
})

describe.skipIf(!hasBrowser)('the playground', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser.close())

  test('shows a run with its calls, and the same again after a reload', async () => {
    const script = [[{ type: 'text' as const, text: 'I **look** first.' }, callOf('look', { path: 'src' })], 'There are `three` files.']
    await using here = await stage({ browser, script, tools: [look] })
    const page = await here.open()
    await page.getByRole('button', { name: /Try this/ }).click()
    await page.locator('.outcome').waitFor()
    expect(await page.locator('.markdown strong').innerText()).toBe('look')
    expect(await page.locator('.tool-head').innerText()).toContain('src')
    await page.locator('.tool-head').click()
    expect(await page.locator('.tool-body').innerText()).toContain('three files')
    const before = await picture(page)
    await page.reload()
    await page.locator('.outcome').waitFor()
    expect(await picture(page)).toEqual(before)
    expect(page.url()).not.toContain(here.playground.token)
    expect(here.complaints).toEqual([])
  })

  test('answers a request in place, with changed arguments', async () => {
    await using here = await stage({ browser, script: [[callOf('write', { text: 'a' })], 'Done.'], tools: [write] })
    const page = await here.open()
    await say(page, 'Write it')
    await page.getByRole('button', { name: 'Edit arguments…' }).click()
    await page.getByRole('textbox', { name: /Arguments/ }).fill('{"text": "b"}')
    await page.getByRole('button', { name: 'Approve with these' }).click()
    await page.locator('.outcome').waitFor()
    expect(writes).toEqual([{ text: 'b' }])
    expect(await page.locator('.pending-bar').count()).toBe(0)
  })

  test('rejects with words for the model', async () => {
    await using here = await stage({ browser, script: [[callOf('write', {})], 'Then not.'], tools: [write] })
    const page = await here.open()
    await say(page, 'Write it')
    await page.getByRole('button', { name: 'Reject…' }).click()
    await page.getByRole('textbox', { name: /Why not/ }).fill('not today')
    await page.keyboard.press('Enter')
    await page.locator('.outcome').waitFor()
    expect(await page.locator('.tool-card').innerText()).toContain('not today')
  })

  test('approves everything that waits at once', async () => {
    await using here = await stage({
      browser,
      script: [[callOf('write', { n: 1 }, '1'), callOf('write', { n: 2 }, '2'), callOf('write', { n: 3 }, '3')], 'Done.'],
      tools: [write],
    })
    const page = await here.open()
    writes.length = 0
    await say(page, 'Write three')
    await page.getByRole('button', { name: 'Approve all' }).click()
    await page.locator('.outcome').waitFor()
    // Each runs when its own answer has come.
    expect(writes.map((input) => JSON.stringify(input)).toSorted()).toEqual(['{"n":1}', '{"n":2}', '{"n":3}'])
  })

  test('stops a run', async () => {
    const wait = gatedTool('wait')
    await using here = await stage({ browser, script: [[callOf('wait')]], tools: [wait.tool] })
    const page = await here.open()
    await say(page, 'Wait')
    await wait.begun
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.locator('.outcome[data-status=cancelled]').waitFor()
    expect(await page.locator('.run-status').innerText()).toBe('Stopped')
  })

  test('takes a word while the model works, and shows live output', async () => {
    const wait = gatedTool('wait')
    await using here = await stage({ browser, script: [[callOf('wait')], 'Understood.'], tools: [wait.tool] })
    const page = await here.open()
    await say(page, 'Wait')
    await page.locator('.tool-card[data-status=running]').waitFor()
    wait.say('halfway there')
    await page.getByText('halfway there').waitFor()
    await page.getByRole('textbox', { name: 'Say something while it works' }).fill('a little faster')
    await page.keyboard.press('Enter')
    await page.getByText('a little faster', { exact: true }).waitFor()
    wait.release('over')
    await page.locator('.outcome').waitFor()
    expect(await page.locator('.said-between').innerText()).toContain('a little faster')
    expect(await page.locator('.tool-body').innerText()).not.toContain('halfway there')
  })

  test('shows the same in a second tab, and after a lost connection', async () => {
    const wait = gatedTool('wait')
    await using here = await stage({
      browser,
      script: [[{ type: 'text', text: 'I wait.' }, callOf('wait')], 'It is over.'],
      tools: [wait.tool],
    })
    const page = await here.open()
    await say(page, 'Wait')
    await wait.begun
    const second = await here.open()
    await second.goto(page.url())
    await second.getByText('I wait.', { exact: true }).waitFor()
    await page.context().setOffline(true)
    here.cutConnections()
    wait.release('over')
    await page.getByText('Connection lost').waitFor()
    await second.getByText('Connection lost').waitFor()
    await page.context().setOffline(false)
    await page.locator('.outcome').waitFor()
    await second.locator('.outcome').waitFor()
    expect(await picture(second)).toEqual(await picture(page))
    await page.reload()
    await page.locator('.outcome').waitFor()
    expect(await picture(second)).toEqual(await picture(page))
  })

  test('shows the journal as it is written, each fact with its JSON', async () => {
    await using here = await stage({ browser, script: ['Hello.'] })
    const page = await here.open()
    await say(page, 'Say hello')
    await page.locator('.outcome').waitFor()
    await page.locator('.fact-head', { hasText: 'agent_end' }).click()
    expect(await page.locator('.fact-detail pre').innerText()).toContain('"type": "agent_end"')
    await page.getByRole('button', { name: 'Close the fact' }).click()
    await page.getByRole('button', { name: 'Live', exact: true }).click()
    await page.getByRole('searchbox').fill('turn_')
    expect(await page.locator('.fact-type').allInnerTexts()).toEqual(['turn_start', 'turn_end'])
  })

  test('lets nothing that a model wrote load or run', async () => {
    const text =
      'Look: ![pixel](https://evil.example/x.png) <img src="https://evil.example/y.png"> <script>document.title = "taken"</script> [go](javascript:alert(1))'
    await using here = await stage({ browser, script: [text] })
    const page = await here.open()
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    await say(page, 'Say something bad')
    await page.locator('.outcome').waitFor()
    expect(asked.filter((url) => !url.startsWith(here.playground.origin))).toEqual([])
    expect(await page.locator('.conversation img').count()).toBe(0)
    expect(await page.title()).not.toBe('taken')
    expect(await page.getByText('go', { exact: true }).getAttribute('href')).not.toContain('javascript')
  })

  test('says what to do without a token, and without a session', async () => {
    await using here = await stage({ browser, script: [] })
    const context = await browser.newContext()
    const stranger = await context.newPage()
    await stranger.goto(here.playground.origin)
    await stranger.getByText('This page needs its token').waitFor()
    expect(await stranger.locator('.app').count()).toBe(0)
    const page = await here.open()
    await page.goto(`${here.playground.origin}/#/session/nowhere`)
    await page.getByRole('alert').waitFor()
    expect(await page.getByRole('alert').innerText()).toContain("There is no session 'nowhere'")
    await context.close()
  })

  test('keeps the text of a prompt that was refused, and says why', async () => {
    await using here = await stage({ browser, script: [] })
    const page = await here.open()
    await page.route('**/send', (route) =>
      route.fulfill({ status: 503, json: { code: 'store_unavailable', message: 'The store is locked by another process.' } }),
    )
    await say(page, 'Precious words')
    await page.getByText('The store is locked by another process.').waitFor()
    expect(await page.getByRole('textbox', { name: 'Prompt' }).inputValue()).toBe('Precious words')
  })

  test('needs no sideways scrolling at 360 pixels, and every control can be reached by keyboard', async () => {
    await using here = await stage({
      browser,
      script: [[callOf('look', { path: 'x'.repeat(300) })], `A long word: ${'y'.repeat(300)}`],
      tools: [look],
    })
    const page = await here.open()
    await page.setViewportSize({ width: 360, height: 740 })
    await say(page, 'Go')
    await page.locator('.outcome').waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360)
    const reached = new Set<string>()
    for (let press = 0; press < 20; press += 1) {
      await page.keyboard.press('Tab')
      reached.add(await page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.className ?? ''))
    }
    expect([...reached]).toEqual(expect.arrayContaining(['Sessions', 'Journal', 'tool-head', 'Prompt']))
  })
})
