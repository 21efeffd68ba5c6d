/** The demo on a machine without a key: it really mends the sample project. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Ended, seamfold, Started } from './command.ts'

let demo: Ended
let project: string
beforeAll(async () => {
  demo = await seamfold(['demo'])
  project = /Project +(\S+)/.exec(demo.stdout)?.[1] ?? ''
})
afterAll(() => (project === '' ? undefined : rm(dirname(project), { recursive: true, force: true })))

describe('the demo', () => {
  test('exits 0 and complains about nothing', () => {
    expect({ code: demo.code, stderr: demo.stderr }).toEqual({ code: 0, stderr: '' })
  })

  test('says on its first lines that the model is the built-in simulator, and why', () => {
    expect(demo.stdout.split('\n').slice(0, 5).join('\n')).toContain('the built-in simulator, because no key was found')
  })

  test('shows the tests failing, an edit, and the tests passing', () => {
    const order = [/✗ bash +node --test .*2 failed/, /✓ edit +src\/\S+ +\+\d/, /✓ bash +node --test .*10 passed/].map((line) =>
      demo.stdout.search(line),
    )
    expect(order).toEqual(order.toSorted((a, b) => a - b))
    expect(order).not.toContain(-1)
  })

  test('ends with the diff, the cost and the journal', () => {
    const end = demo.stdout.slice(demo.stdout.indexOf('What changed'))
    expect(end).toMatch(/^ {2}src\/\S+ {2}\+\d+ −\d+$/m)
    expect(end).toMatch(/✓ node --test passes: 10 tests passed/)
    expect(demo.stdout).toMatch(/✓ Done\n {2}.* turns · .* tool calls · .* tokens in.* · \$0\.\d+/)
    expect(existsSync(/Journal +(\S+)/.exec(end)?.[1] ?? '')).toBe(true)
  })

  test('really mended the project', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--test'], { cwd: project, env: { PATH: process.env.PATH } })
    expect(stdout).toContain('fail 0')
  })

  test('can be looked at again with the command that it prints', async () => {
    const words = /Look back +seamfold (.+)/.exec(demo.stdout)?.[1]?.split(' ') ?? []
    const shown = await seamfold(words)
    expect(shown.code).toBe(0)
    expect(shown.stdout).toMatch(/✓ edit +src\//)
    expect(shown.stdout).toContain('✓ Done')
  })

  test('prints no escape sequences into a pipe', () => {
    // oxlint-disable-next-line no-control-regex -- colours are what is looked for
    expect(demo.stdout).not.toMatch(/\u001b/)
  })
})

test('the demo ends quietly when its reader goes away, and cancels its run', async () => {
  const started = new Started(['demo'])
  await started.saw('Task')
  started.child.stdout.destroy()
  const { code, stderr } = await started.ended
  expect({ code, stderr }).toEqual({ code: 141, stderr: '' })
})
