/** The built-in coder finds real bugs from what the tools return, and says so when it cannot. */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { codingScenario, startSimulator } from '../src/index.ts'
import type { Simulator } from '../src/index.ts'
import { runAnthropic, runChat, runTool } from './small-agent.ts'

let simulator: Simulator
let folder: string
const sample = fileURLToPath(new URL('../../cli/sample', import.meta.url))

beforeEach(async () => {
  simulator = await startSimulator({ scenario: codingScenario() })
  folder = await mkdtemp(join(tmpdir(), 'coder-'))
})

afterEach(async () => {
  await simulator.close()
  await rm(folder, { recursive: true })
})

const project = async (files: Readonly<Record<string, string>>): Promise<void> => {
  for (const [path, content] of Object.entries({ 'package.json': '{ "type": "module" }', ...files })) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
}

const testsPass = async (): Promise<boolean> => !(await runTool(folder, 'bash', { command: 'node --test' })).isError

const suite = (body: string, names: string): string =>
  `import assert from 'node:assert/strict'\nimport { test } from 'node:test'\nimport { ${names} } from '../src/code.js'\n\n${body}\n`

test('it fixes the sample project at the first try, over Anthropic with thinking', async () => {
  await cp(sample, folder, { recursive: true })
  expect(await testsPass()).toBe(false)
  const run = await runAnthropic(simulator, { folder, prompt: 'Find and fix the failing test.' })
  expect(await testsPass()).toBe(true)
  expect(run.answer).toContain('all 10 tests pass now')
  expect(run.calls.map((call) => call.split(' ')[0])).toEqual([
    'ls',
    'read',
    'read',
    'glob',
    'bash',
    'read',
    'read',
    'read',
    'read',
    'edit',
    'bash',
  ])
  expect(simulator.requests.every(({ verdict }) => verdict.status === 'accepted')).toBe(true)
})

test('it fixes the sample project over Chat Completions, where no result is marked as an error', async () => {
  await cp(sample, folder, { recursive: true })
  const run = await runChat(simulator, { folder, prompt: 'The tests fail, please repair them' })
  expect(await testsPass()).toBe(true)
  expect(run.answer).toContain('<= limit')
})

test.each([
  [
    'an off-by-one in a loop',
    'export const sum = (list) => {\n  let total = 0\n  for (let at = 1; at < list.length; at += 1) total += list[at]\n  return total\n}',
    'sum',
    'test("sum", () => assert.equal(sum([5, 6, 7]), 18))',
  ],
  [
    'a wrong operator',
    'export function area(width, height) {\n  return width + height\n}',
    'area',
    'test("area", () => assert.equal(area(3, 4), 12))',
  ],
  [
    'a missing default',
    'export function greet(name, options) {\n  return (options.loud ? name.toUpperCase() : name) + "!"\n}',
    'greet',
    'test("greet", () => assert.equal(greet("ann"), "ann!"))',
  ],
  [
    'a condition the wrong way round',
    'export function isAdult(age) {\n  return !(age >= 18)\n}',
    'isAdult',
    'test("adult", () => assert.equal(isAdult(30), true))',
  ],
  [
    'a page that counts from 1',
    'export function page(list, number, size) {\n  return list.slice(number * size, number * size + size)\n}',
    'page',
    'test("last", () => assert.deepEqual(page([1, 2, 3, 4], 0, 2), [1, 2]))\ntest("none", () => assert.deepEqual(page([], 3, 2), []))',
  ],
])('it deals with %s', async (...[, code, name, body]) => {
  await project({ 'src/code.js': `${code}\n`, 'test/code.test.js': suite(body, name) })
  const before = await testsPass()
  const run = await runAnthropic(simulator, { folder, prompt: 'Fix the failing test' })
  expect(await testsPass()).toBe(true)
  expect(run.answer).toContain(before ? 'nothing that I could fix' : 'pass now')
})

test('a change that does not help is taken back before the next one is tried', async () => {
  const code =
    'export function clamp(value, low, high) {\n  if (value < low) return low\n  if (value > high) return low\n  return value - 0\n}\n\nexport const half = (n) => {\n  return n * 2\n}\n'
  await project({
    'src/code.js': code,
    'test/code.test.js': suite(
      'test("half", () => assert.equal(half(8), 4))\ntest("clamp", () => assert.equal(clamp(5, 1, 9), 5))',
      'clamp, half',
    ),
  })
  await runAnthropic(simulator, { folder, prompt: 'Fix the bug' })
  const after = await readFile(join(folder, 'src/code.js'), 'utf8')
  expect(after).toBe(code.replace('n * 2', 'n / 2'))
})

test('it says honestly that it cannot find a fix, and leaves the code as it was', async () => {
  const code = 'export function capital(country) {\n  return country === "France" ? "Lyon" : "?"\n}\n'
  await project({
    'src/code.js': code,
    'test/code.test.js': suite('test("capital", () => assert.equal(capital("France"), "Paris"))', 'capital'),
  })
  const run = await runAnthropic(simulator, { folder, prompt: 'Fix the failing test' })
  expect(run.answer).toContain('I cannot find the fix')
  expect(run.answer).toContain('scripted model')
  expect(await readFile(join(folder, 'src/code.js'), 'utf8')).toBe(code)
})

test('asked for something else, it looks around and says what it is', async () => {
  await cp(sample, folder, { recursive: true })
  const run = await runAnthropic(simulator, { folder, prompt: 'Write a poem about rivers' })
  expect(run.calls.map((call) => call.split(' ')[0])).toEqual(['ls', 'read', 'read'])
  expect(run.answer).toContain('scripted model')
  expect(run.answer).toContain('Waymark takes the stages of a route')
})

test('a call that is denied ends the attempt with the reason', async () => {
  await cp(sample, folder, { recursive: true })
  const run = await runAnthropic(simulator, {
    folder,
    prompt: 'Fix the failing test',
    intercept: (name) => (name === 'edit' ? { text: 'Denied by the user: not in this branch', isError: true } : undefined),
  })
  expect(run.answer).toContain('Denied by the user: not in this branch')
})

const LOST = "Nobody knows whether this call of 'bash' took effect: the process that ran it ended before it could say how it went."

test('a test run whose end nobody saw is run again, and the work ends as it would have', async () => {
  await cp(sample, folder, { recursive: true })
  let runs = 0
  const run = await runAnthropic(simulator, {
    folder,
    prompt: 'Fix the failing test',
    // The first of the two runs, and the second one twice.
    intercept: (name) => (name === 'bash' && [1, 3, 4].includes(++runs) ? { text: LOST, isError: true } : undefined),
  })
  expect(await testsPass()).toBe(true)
  expect(run.answer).toContain('all 10 tests pass now')
  expect(run.calls.filter((call) => call.startsWith('bash'))).toHaveLength(5)
  expect(run.calls.filter((call) => call.startsWith('edit'))).toHaveLength(1)
})

test('runs of tests that are cut off every time are given up', async () => {
  await cp(sample, folder, { recursive: true })
  const run = await runAnthropic(simulator, {
    folder,
    prompt: 'Fix the failing test',
    intercept: (name) => (name === 'bash' ? { text: LOST, isError: true } : undefined),
  })
  expect(run.answer).toContain('cut off again and again')
  expect(run.calls.filter((call) => call.startsWith('bash'))).toHaveLength(5)
})

test('asked what is there, it reads the code and tells, and changes nothing', async () => {
  await cp(sample, folder, { recursive: true })
  const run = await runAnthropic(simulator, { folder, prompt: 'What is in this folder, and how are its tests run?' })
  expect(run.answer).toContain('**waymark**')
  expect(run.answer).toContain('| `src/days.js` | `splitIntoDays`')
  expect(run.answer).toContain('`npm test`, which is `node --test`')
  expect(run.calls.every((call) => /^(?:ls|read|glob) /.test(call))).toBe(true)
})

test('given one file as a task, it reads that file and says what it does', async () => {
  await cp(sample, folder, { recursive: true })
  const run = await runAnthropic(simulator, { folder, prompt: 'Read src/stages.js and say what it does, in two sentences.' })
  expect(run.calls.map((call) => call.split(' ')[0])).toEqual(['read'])
  expect(run.answer).toContain('`src/stages.js` defines `checkStage`')
  expect(run.answer).toContain('“A stage is one leg of a route')
})
