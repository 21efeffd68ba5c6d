/** Promises of the page beside other programs: the command line, a page from elsewhere, another tab, a long history, other parts. */
import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { barriers } from './axe.ts'
import { hasBrowser, openBrowser, sayIfSkipped } from './browser.ts'
import { project } from './command.ts'
import { picture, say, stage } from './stage.ts'

sayIfSkipped()

const program = join(fileURLToPath(new URL('../../../packages/cli/', import.meta.url)), 'dist/main.js')

/** The command line in that folder, with its exit code. */
async function seamfold(folder: string, ...words: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  const { ANTHROPIC_API_KEY: _a, OPENAI_API_KEY: _o, OPENAI_BASE_URL: _b, ...env } = process.env
  const run = promisify(execFile)(process.execPath, [program, ...words], { cwd: folder, env })
  return run.then(
    ({ stdout }) => ({ code: 0, output: stdout }),
    (error: { readonly code: number; readonly stdout: string; readonly stderr: string }) => ({
      code: error.code,
      output: error.stdout + error.stderr,
    }),
  )
}

async function approveAll(page: Page): Promise<void> {
  const outcome = page.locator('.outcome')
  const approve = page.getByRole('button', { name: 'Approve', exact: true })
  for (let answered = 0; answered < 10; answered += 1) {
    await outcome.or(approve).first().waitFor()
    if ((await outcome.count()) > 0) return
    await approve.first().click()
    await approve.waitFor({ state: 'detached' })
  }
}

describe.skipIf(!hasBrowser)('the page beside others', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser?.close())

  test('shows what a run of the command line waits for, and answers it', async () => {
    await using here = await project()
    const { url } = await here.start()
    const page = await browser.newPage()
    await page.goto(url)
    const ran = await seamfold(here.folder, 'run', '--session', 'of-the-terminal', 'A test fails. Find out why and fix it.')
    expect(ran.code).toBe(3)
    await page.getByRole('link', { name: /A test fails.*waits for you/s }).click()
    await approveAll(page)
    expect(await page.locator('.outcome').getAttribute('data-status')).toBe('completed')
    await page.close()
  })

  test('goes on when the command line answers, and shows the same in both tabs whenever they are reloaded', async () => {
    await using here = await project()
    const { url } = await here.start('--permissions', 'auto-edit')
    const [page, watcher] = [await browser.newPage(), await browser.newPage()]
    await page.goto(url)
    await watcher.goto(url)
    await say(page, 'A test fails. Find out why and fix it.')
    await page.getByRole('button', { name: 'Approve', exact: true }).waitFor()
    await watcher.goto(page.url())
    await watcher.getByRole('button', { name: 'Approve', exact: true }).waitFor()
    const id = decodeURIComponent(new URL(page.url()).hash.split('/')[2] ?? '')
    const approve = page.getByRole('button', { name: 'Approve', exact: true })
    for (let answered = 0; answered < 3 && (await page.locator('.outcome').count()) === 0; answered += 1) {
      const card = await page.locator('.tool-card', { has: approve }).last().innerText()
      expect(await seamfold(here.folder, 'answer', id, '--approve')).toMatchObject({ code: 0 })
      if (answered === 0) await watcher.reload()
      await approve.waitFor({ state: 'detached' })
      await approve.or(page.locator('.outcome')).first().waitFor()
      expect(card).toContain('bash')
    }
    for (const each of [page, watcher]) await each.locator('.outcome').waitFor()
    expect(await picture(watcher)).toEqual(await picture(page))
    await page.close()
    await watcher.close()
  })

  test('lets a page from elsewhere neither read nor drive it, token or not', async () => {
    await using here = await stage({ browser, script: ['Nothing.'] })
    const { origin, token } = here.playground
    const foreign = createServer((_, response) => response.end('<!doctype html><title>elsewhere</title>')).listen(0, '127.0.0.1')
    await once(foreign, 'listening')
    try {
      const page = await browser.newPage()
      await page.goto(`http://localhost:${(foreign.address() as AddressInfo).port}/`)
      const tried = await page.evaluate(
        async ([server, secret]) => {
          const attempt = (init: RequestInit): Promise<string> =>
            fetch(`${server}/api/sessions`, init).then(
              (response) => `read ${response.type} ${response.status}`,
              () => 'refused',
            )
          const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' }
          return [
            await attempt({}),
            await attempt({ headers }),
            await attempt({ method: 'POST', headers, body: '{}' }),
            await attempt({ method: 'POST', mode: 'no-cors', body: '{}' }),
          ]
        },
        [origin, token],
      )
      expect(tried).toEqual(['refused', 'refused', 'refused', 'refused'])
      const framed = await page.evaluate(
        (server) =>
          new Promise<boolean>((resolve) => {
            const frame = document.createElement('iframe')
            frame.addEventListener('load', () => {
              // Another origin's error page has no document for us.
              resolve((frame.contentDocument?.body.innerHTML ?? '') !== '')
            })
            frame.src = server
            document.body.append(frame)
          }),
        origin,
      )
      expect(framed).toBe(false)
      const listed = await fetch(`${origin}/api/sessions`, { headers: { authorization: `Bearer ${token}` } })
      expect(await listed.json()).toMatchObject({ sessions: [], total: 0 })
      await page.close()
    } finally {
      foreign.close()
    }
  })

  test('opens a session of 10,000 facts at its end, in seconds', async () => {
    const runs = 1_430
    await using here = await stage({ browser, script: Array.from({ length: runs }, () => 'Yes.') })
    await here.fill('long', runs)
    const page = await here.open()
    const begun = performance.now()
    await page.goto(`${here.playground.origin}/#/session/long`)
    await page.locator('.item', { hasText: `Question ${runs - 1}` }).waitFor()
    expect(performance.now() - begun).toBeLessThan(10_000)
    await page.getByText(/^10\d{3} facts$/).waitFor()
    expect(await page.getByRole('button', { name: 'Newest' }).count()).toBe(0)
  })

  test('replaces parts from the page, says in words what cannot be, and shows the code of what there is', async () => {
    await using here = await project()
    const { url } = await here.start('--permissions', 'full')
    const page = await browser.newPage()
    await page.goto(url)
    expect(await barriers(page)).toEqual([])
    await page.getByRole('link', { name: /Parts/ }).click()
    const apply = page.getByRole('button', { name: 'Use these parts' })
    await page.getByLabel('Provider').selectOption('anthropic')
    expect(await page.getByText('Keys are never typed here').count()).toBe(1)
    await apply.click()
    await page.getByRole('alert').filter({ hasText: 'ANTHROPIC_API_KEY is not set' }).waitFor()
    expect(await barriers(page)).toEqual([])
    await page.getByRole('button', { name: 'Take back' }).click()
    await page.getByLabel('Kind').selectOption('jsonl')
    await page.getByLabel('Mode', { exact: true }).selectOption('read-only')
    await page.getByRole('checkbox', { name: 'web_fetch' }).uncheck()
    await apply.click()
    await page.getByText('start 2').waitFor()
    const code = page.getByRole('region', { name: 'Code' })
    await code.getByText('jsonlStore(folder)').waitFor()
    expect(await code.innerText()).toContain('readOnlyCommands')
    await page.getByRole('button', { name: 'New session' }).click()
    await say(page, 'A test fails. Find out why and fix it.')
    await page.locator('.outcome').waitFor()
    expect(await page.locator('.approval').count()).toBe(0)
    await page.close()
  })
})
