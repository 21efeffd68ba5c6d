/** Promises of workflows that are begun on the page, in a real browser: from a file, with an input that is checked, answered in place, stopped and gone on with. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { barriers } from './axe.ts'
import { hasBrowser, openBrowser, sayIfSkipped } from './browser.ts'
import { project } from './command.ts'

const cli = fileURLToPath(new URL('../../../packages/cli/dist/main.js', import.meta.url))

/** By its path: the workspace has no packages. */
const core = fileURLToPath(new URL('../../../packages/core/dist/index.js', import.meta.url))

/** Beside another one, so that it has to be said which is meant. */
const source = `
import { defineWorkflow, jsonSchema } from ${JSON.stringify(core)}
export const other = defineWorkflow('other', { input: jsonSchema({ type: 'null' }), run: () => null })
export const mend = defineWorkflow('mend', {
  input: jsonSchema({ type: 'object', properties: { task: { type: 'string' } }, required: ['task'], additionalProperties: false }),
  async run(workflow, { task }) {
    const { output } = await workflow.agent({ taskId: 'mend-it', agent: 'default', description: 'Mend', prompt: task })
    return output
  },
})
`

sayIfSkipped()

async function projectWithWorkflow(): ReturnType<typeof project> {
  const here = await project()
  await mkdir(join(here.folder, '.seamfold/workflows'), { recursive: true })
  await writeFile(join(here.folder, '.seamfold/workflows/mend.mjs'), source)
  return here
}

async function begin(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page.getByRole('link', { name: 'Workflows' }).click()
  await page.getByRole('button', { name: 'Read it' }).click()
  await page.getByRole('combobox', { name: 'Workflow', exact: true }).selectOption('mend')
  const input = page.getByRole('textbox', { name: 'Input of mend, as JSON' })
  expect(JSON.parse(await input.inputValue())).toEqual({ task: '' })
  expect(await barriers(page)).toEqual([])
  for (const [wrong, words] of [
    ['{', 'The input is no JSON'],
    ['{"task": 3}', "The input of workflow 'mend' is not what it takes"],
  ] as const) {
    await input.fill(wrong)
    await page.getByRole('button', { name: 'Run mend' }).click()
    await page.getByRole('alert').filter({ hasText: words }).waitFor()
  }
  await input.fill('{"task": "A test fails. Find out why and fix it."}')
  await page.getByRole('button', { name: 'Run mend' }).click()
  await page.waitForURL(/#\/workflow\/mend-/)
}

describe.skipIf(!hasBrowser)('a workflow that is begun on the page', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser.close())

  test('is answered in place, step by step, and goes on to its end', async () => {
    await using here = await projectWithWorkflow()
    const { url } = await here.start()
    const page = await browser.newPage()
    await begin(page, url)
    await page.getByRole('button', { name: /mend-it waits/ }).click()
    const done = page.locator('.page-head .step-facts', { hasText: 'Completed' })
    const approve = page.getByRole('button', { name: 'Approve', exact: true })
    for (let answered = 0; answered < 12; answered += 1) {
      await done.or(approve).first().waitFor()
      if ((await done.count()) > 0) break
      expect(await barriers(page)).toEqual([])
      const request = await page.locator('.step-request').first().getAttribute('data-request')
      await approve.first().click()
      await page.locator(`.step-request[data-request="${request}"]`).waitFor({ state: 'detached' })
    }
    await done.waitFor()
    await page.getByText('Output', { exact: true }).waitFor()
    await page.close()
  })

  test('goes on when its playground was killed, and asks for the file where that is not there any more', async () => {
    await using here = await projectWithWorkflow()
    const first = await here.start()
    const page = await browser.newPage()
    await begin(page, first.url)
    await page.getByRole('button', { name: /mend-it waits/ }).waitFor()
    const { hash } = new URL(page.url())
    await first.stop('SIGKILL')
    await rename(join(here.folder, '.seamfold/workflows/mend.mjs'), join(here.folder, '.seamfold/workflows/moved.mjs'))
    const second = await here.start('--permissions', 'full')
    await page.goto(second.url)
    await page.evaluate((address) => void (location.hash = address), hash)
    await page.getByRole('button', { name: 'Go on with it', exact: true }).click()
    await page.getByRole('alert').filter({ hasText: 'There is no module .seamfold/workflows/mend.mjs' }).waitFor()
    await page.getByRole('combobox', { name: 'File, as a path in the workspace' }).fill('.seamfold/workflows/moved.mjs')
    await page.getByRole('button', { name: 'Go on', exact: true }).click()
    await page.getByRole('button', { name: /mend-it (waits|running)/ }).click()
    expect(await barriers(page)).toEqual([])
    await page.close()
  })

  test('goes on at the press of a button when its agent was started again while the page was open', async () => {
    await using here = await projectWithWorkflow()
    const { url } = await here.start()
    const page = await browser.newPage()
    await begin(page, url)
    await page.getByRole('button', { name: /mend-it waits/ }).waitFor()
    await page.getByRole('button', { name: 'Kill' }).click()
    await page.getByRole('button', { name: 'Start it again' }).click()
    await page.getByText('start 2').waitFor()
    await page.getByRole('button', { name: 'Go on with it', exact: true }).click()
    await page.getByText('begun 2 times').waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
    await page.close()
  })

  test('goes on in another tab when its agent was started again, from the file that the store tells', async () => {
    await using here = await projectWithWorkflow()
    const { url } = await here.start()
    const context = await browser.newContext()
    const page = await context.newPage()
    await begin(page, url)
    await page.getByRole('button', { name: /mend-it waits/ }).waitFor()
    await page.getByRole('button', { name: 'Kill' }).click()
    await page.getByRole('button', { name: 'Start it again' }).click()
    await page.getByText('start 2').waitFor()
    const other = await context.newPage()
    await other.goto(page.url())
    await other.getByText('from .seamfold/workflows/mend.mjs').waitFor()
    expect(await barriers(other)).toEqual([])
    await other.getByRole('button', { name: 'Go on with it', exact: true }).click()
    await page.getByText('begun 2 times').waitFor()
    expect(await other.getByRole('alert').count()).toBe(0)
    await context.close()
  })

  test('that was begun at the terminal goes on from the file that it was begun from', async () => {
    await using here = await project()
    await mkdir(join(here.folder, 'flows'), { recursive: true })
    await writeFile(join(here.folder, 'flows/all.mjs'), source)
    const workflow = spawn(
      process.execPath,
      [cli, 'workflow', 'run', 'flows/all.mjs', '--name', 'mend', '--input', '{"task":"A test fails. Find out why and fix it."}'],
      { cwd: here.folder, stdio: 'ignore', env: { ...process.env, ANTHROPIC_API_KEY: '', OPENAI_API_KEY: '' } },
    )
    await once(workflow, 'close')
    const { url } = await here.start()
    const page = await browser.newPage()
    await page.goto(url)
    await page.getByRole('link', { name: 'Workflows' }).click()
    await page.getByRole('link', { name: 'mend' }).click()
    await page.getByText('from flows/all.mjs').waitFor()
    await page.getByRole('button', { name: 'Go on with it', exact: true }).click()
    await page.getByText('begun 2 times').waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
    await page.close()
  })
})
