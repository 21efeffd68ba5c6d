/** Measures the built pages in headless Chromium: first paint, frames while text streams into a long conversation, a long session opened. */
import { fileURLToPath } from 'node:url'
import { setTimeout as pause } from 'node:timers/promises'
import { createAgent, memoryStore } from '@seamfold/core'
import type { LlmClient } from '@seamfold/core/kit'
import type { Browser, Page } from 'playwright-core'
import { servePlayground } from '../../../packages/cli/src/playground/serve.ts'
import { hasBrowser, openBrowser } from '../test/browser.ts'

const pages = fileURLToPath(new URL('../dist', import.meta.url))
const turns = 1_000
const deltasPerSecond = 200
const streamMs = 8_000
const longTurns = 1_500

const usage = { input: 1, output: 1, cacheRead: 0, cacheWrite: 0, reasoning: 0 }

/** Answers at once, or as fast as `pace` says, in deltas of Markdown. */
function measuredLlm(pace: () => number): LlmClient {
  return {
    contract: 1,
    model: { provider: 'measured', id: 'measured' },
    async *stream(_, { signal }) {
      const rate = pace()
      const count = rate === 0 ? 1 : (streamMs / 1_000) * rate
      let text = ''
      const begun = performance.now()
      for (let index = 0; index < count; index += 1) {
        const piece = index % 40 === 39 ? '**word** and `code`.\n\n' : 'word '
        text += piece
        yield [{ type: 'text_delta', block: 0, text: piece }]
        const due = rate === 0 ? 0 : begun + ((index + 1) * 1_000) / rate - performance.now()
        if (due > 1) await pause(due, undefined, { signal })
      }
      yield [{ type: 'done', message: { role: 'assistant', content: [{ type: 'text', text }] }, usage, stopReason: 'end_turn' }]
    },
  }
}

const middle = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
const round = (value: number): number => Math.round(value * 10) / 10

async function firstPaint(browser: Browser, url: string): Promise<object> {
  const paints: number[] = []
  const bytes: number[] = []
  for (let again = 0; again < 7; again += 1) {
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(url)
    await page.getByRole('heading', { level: 2 }).waitFor()
    const seen = await page.evaluate(() => ({
      paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
      bytes: (performance.getEntriesByType('resource') as PerformanceResourceTiming[])
        .filter(
          ({ name, startTime }) =>
            name.endsWith('.js') && startTime < (performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0),
        )
        .reduce((sum, { decodedBodySize }) => sum + decodedBodySize, 0),
    }))
    paints.push(seen.paint)
    bytes.push(seen.bytes)
    await context.close()
  }
  return { firstPaintMs: round(middle(paints)), slowestMs: round(Math.max(...paints)), scriptBytesBeforeIt: middle(bytes) }
}

/** Frames of the page for so long. */
const framesOf = (page: Page, ms: number): Promise<readonly number[]> =>
  page.evaluate(
    (duration) =>
      new Promise<number[]>((resolve) => {
        const stamps: number[] = []
        const step = (now: number): void => {
          stamps.push(now)
          if (now - (stamps[0] ?? now) < duration) requestAnimationFrame(step)
          else resolve(stamps)
        }
        requestAnimationFrame(step)
      }),
    ms,
  )

async function smoothness(page: Page, ms: number): Promise<object> {
  const stamps = await framesOf(page, ms)
  const gaps = stamps.slice(1).map((stamp, index) => stamp - (stamps[index] ?? stamp))
  const seconds = ((stamps.at(-1) ?? 0) - (stamps[0] ?? 0)) / 1_000
  const late = gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length * 0.95)] ?? 0
  return { framesPerSecond: round(gaps.length / seconds), frame95Ms: round(late), longestFrameMs: round(Math.max(...gaps)) }
}

const say = (what: string, numbers: object): void => void process.stdout.write(`${what}: ${JSON.stringify(numbers)}\n`)

async function main(): Promise<void> {
  if (!hasBrowser) throw new Error("There is no browser to measure in: install Debian's chromium, or set CHROMIUM_PATH.")
  let rate = 0
  const store = memoryStore()
  const agent = createAgent({ llm: measuredLlm(() => rate), store })
  const playground = await servePlayground({
    port: 0,
    pages,
    open: () => ({ agent, store, about: { model: 'measured', simulated: true } }),
  })
  const browser = await openBrowser()
  try {
    say('first paint', await firstPaint(browser, playground.url))
    for (const [id, count] of [
      ['stream', turns],
      ['long', longTurns],
    ] as const) {
      const session = await agent.session({ id })
      for (let index = 0; index < count; index += 1) await (await session.send(`Question ${index}`)).completed()
    }
    const page = await (await browser.newContext({ viewport: { width: 1300, height: 850 } })).newPage()
    await page.goto(playground.url)
    const address = (id: string): string => `${playground.origin}/#/session/${id}`
    const long = await agent.session({ id: 'long' })
    const begun = performance.now()
    await page.goto(address('long'))
    await page.locator('.item', { hasText: `Question ${longTurns - 1}` }).waitFor()
    say(`session of ${(await long.state()).length} facts`, { openedMs: round(performance.now() - begun) })
    await page.goto(address('stream'))
    await page.locator('.item', { hasText: `Question ${turns - 1}` }).waitFor()
    say(`${turns * 2} messages, at rest`, await smoothness(page, 3_000))
    rate = deltasPerSecond
    await (await agent.session({ id: 'stream' })).send('Say a lot')
    await page.locator('.item', { hasText: 'Say a lot' }).waitFor()
    say(`${turns * 2} messages, ${rate} deltas a second`, await smoothness(page, streamMs - 2_500))
  } finally {
    await browser.close()
    await playground.close()
  }
}

await main()
