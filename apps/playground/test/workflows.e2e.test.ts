/** Promises of the workflows' pages, in a real browser: they fill in while a workflow runs, and stay readable with a thousand steps. */
import { askUser, createAgent, externalTool, jsonSchema, memoryStore, Workflow } from '@seamfold/core'
import { callOf, scriptedLlm } from '@seamfold/core/testing'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { barriers } from './axe.ts'
import { hasBrowser, openBrowser, sayIfSkipped } from './browser.ts'
import { stage } from './stage.ts'

sayIfSkipped()

const step = (taskId: string) => ({ taskId, agent: 'default', description: taskId, prompt: `Do ${taskId}.` })

describe.skipIf(!hasBrowser)('workflows', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser.close())

  test('are listed, drawn while they run, and lead into the session of each step', async () => {
    const gate = Promise.withResolvers<string>()
    const script = ['Planned.', () => gate.promise, 'Read the docs.']
    await using here = await stage({ browser, script })
    const page = await here.open()
    await page.getByRole('link', { name: 'Workflows' }).click()
    await page.getByText('No workflow was run in this store yet').waitFor()
    expect(await barriers(page)).toEqual([])
    const workflow = new Workflow({ executor: here.executor, store: here.store, rootId: 'release' })
    await workflow.agent(step('plan'))
    const phase = workflow.phase('read', [step('api'), step('docs')])
    await page.getByRole('link', { name: 'release' }).click()
    await page.getByRole('group', { name: 'Graph of the workflow' }).getByText('read').waitFor()
    const api = page.getByRole('button', { name: 'api running' })
    await api.waitFor()
    expect(await barriers(page)).toEqual([])
    gate.resolve('Read the API.')
    await phase
    await workflow.close()
    await page.getByRole('button', { name: 'api done' }).click()
    await page.getByRole('region', { name: 'Step api' }).getByText('Read the API.').waitFor()
    await page.getByText('Stopped: it can go on').waitFor()
    await page.getByRole('link', { name: 'Open its session' }).click()
    await page.locator('.said-text', { hasText: 'Do api.' }).waitFor()
    expect(here.complaints).toEqual([])
  })

  test('a question of a step is answered beside the graph, and the answer is what the step hears', async () => {
    const asked = callOf('ask_user', { question: 'Which colour?', options: [{ label: 'Blue' }, { label: 'Red' }] })
    await using here = await stage({ browser, script: [[asked], 'Red it is.'], tools: [askUser()] })
    const options = { executor: here.executor, store: here.store, rootId: 'paint' }
    const first = new Workflow(options)
    await expect(first.agent(step('wall'))).rejects.toThrow('waits for ask_user')
    await first.close()
    const page = await here.open()
    await page.goto(`${here.playground.origin}/#/workflow/paint`)
    await page.getByRole('button', { name: 'wall waits for you' }).click()
    const detail = page.getByRole('region', { name: 'Step wall' })
    await detail.getByRole('radio', { name: 'Red' }).check()
    expect(await barriers(page)).toEqual([])
    await detail.getByRole('button', { name: 'Answer', exact: true }).click()
    await detail.locator('.step-request').waitFor({ state: 'detached' })
    const second = new Workflow(options)
    expect(await second.agent(step('wall'))).toMatchObject({ status: 'completed', output: 'Red it is.' })
    await second.close()
    await page.getByRole('button', { name: 'wall done' }).waitFor()
    expect(here.complaints).toEqual([])
  })

  test('a step that was done by a worker says that its session is in the store of the worker', async () => {
    const worker = createAgent({ llm: scriptedLlm(['Planned.']), store: memoryStore() })
    await using here = await stage({ browser, script: ['Read.'] })
    const workflow = new Workflow({ executor: worker.executor(), store: here.store, rootId: 'far' })
    await workflow.agent(step('plan'))
    await workflow.agent({ ...step('refused'), agent: 'nobody' })
    await workflow.close()
    const page = await here.open()
    await page.goto(`${here.playground.origin}/#/workflow/far`)
    await page.getByRole('button', { name: 'plan done' }).click()
    const detail = page.getByRole('region', { name: 'Step plan' })
    await detail.getByText('Its session is not in this store').click()
    await detail.getByText('It is in the store of the worker that did it').waitFor()
    expect(await detail.getByRole('link').count()).toBe(0)
    expect(await barriers(page)).toEqual([])
    await page.getByRole('button', { name: 'refused failed' }).click()
    await page.getByRole('region', { name: 'Step refused' }).getByText('No model answered it, and it has no session here.').waitFor()
    expect(here.complaints).toEqual([])
  })

  test('a step that waits for another system says so beside the graph, and can be ended there by hand', async () => {
    const build = externalTool({ name: 'build', description: 'Build it elsewhere.', input: jsonSchema({ type: 'object' }) })
    await using here = await stage({ browser, script: [[callOf('build', {})], 'Built.'], tools: [build] })
    const options = { executor: here.executor, store: here.store, rootId: 'outside' }
    const first = new Workflow(options)
    await expect(first.agent(step('wall'))).rejects.toThrow('waits for build')
    await first.close()
    const page = await here.open()
    await page.goto(`${here.playground.origin}/#/workflow/outside`)
    await page.getByRole('button', { name: 'wall waits' }).click()
    const detail = page.getByRole('region', { name: 'Step wall' })
    await detail.getByText('Say by hand how it ended').click()
    await detail.getByLabel('Its result, as JSON or as text, or why it failed').fill('build/7')
    expect(await barriers(page)).toEqual([])
    await detail.getByRole('button', { name: 'This is the result' }).click()
    await detail.locator('.step-request').waitFor({ state: 'detached' })
    const second = new Workflow(options)
    expect(await second.agent(step('wall'))).toMatchObject({ status: 'completed', output: 'Built.' })
    await second.close()
    expect(here.complaints).toEqual([])
  })

  test('are drawn as large as the letters of the widest screens, with no step cut off', async () => {
    await using here = await stage({ browser, script: ['Planned.', 'Read.', 'Read.'] })
    const workflow = new Workflow({ executor: here.executor, store: here.store, rootId: 'large' })
    await workflow.phase('read', [step('one'), step('two'), step('three')])
    await workflow.close()
    const page = await here.open()
    for (const [width, height] of [
      [1_300, 850],
      [3_840, 2_160],
    ] as const) {
      await page.setViewportSize({ width, height })
      await page.goto(`${here.playground.origin}/#/workflow/large`)
      await page.waitForFunction(() => {
        const node = document.querySelector('.group-node')
        const marks = [...document.querySelectorAll('.group-node .step-mark')]
        const bottom = node?.getBoundingClientRect().bottom ?? 0
        return marks.length === 3 && marks.every((mark) => mark.getBoundingClientRect().bottom <= bottom)
      })
    }
    expect(here.complaints).toEqual([])
  })

  test('with a thousand steps draw squares and the lines in view, and every step can be found and opened', async () => {
    await using here = await stage({ browser, script: Array.from({ length: 1_000 }, () => 'Fine.') })
    const workflow = new Workflow({ executor: { ...here.executor, concurrencyHint: 50 }, store: here.store, rootId: 'wide' })
    await workflow.phase(
      'fan',
      Array.from({ length: 1_000 }, (_, index) => step(`part-${index}`)),
    )
    await workflow.close()
    const page = await here.open()
    await page.goto(`${here.playground.origin}/#/workflow/wide`)
    await page.locator('.step-squares rect').first().waitFor()
    expect(await page.locator('.step-squares rect').count()).toBe(1_000)
    expect(await page.locator('.step-mark').count()).toBe(0)
    await page.getByRole('button', { name: 'Steps', exact: true }).click()
    await page.getByText('1000 of 1000', { exact: true }).waitFor()
    expect(await page.locator('.step-mark').count()).toBeLessThan(60)
    await page.getByRole('searchbox', { name: 'Search steps' }).fill('part-777')
    await page.getByRole('button', { name: 'part-777 done' }).click()
    await page.getByRole('region', { name: 'Step part-777' }).waitFor()
    expect(await barriers(page)).toEqual([])
    await page.setViewportSize({ width: 360, height: 740 })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
    await page.locator('.brand').waitFor({ state: 'hidden' })
    expect(await barriers(page)).toEqual([])
  })
})
