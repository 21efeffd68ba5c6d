/** Configurations: found, read, refused with the key and the line. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findConfig, loadConfig } from '../../src/config/load.ts'
import { linesByPath } from '../../src/config/json-lines.ts'
import { nearest } from '../../src/config/nearest.ts'
import { ruleFromText } from '../../src/config/rule-text.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seamfold-config-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const write = async (name: string, text: string): Promise<string> => {
  await writeFile(join(folder, name), text)
  return join(folder, name)
}

const refusal = (name: string, text: string): Promise<unknown> =>
  write(name, text)
    .then((file) => loadConfig(folder, file))
    .then(
      () => 'accepted',
      (error: Error) => error.message.replaceAll(folder, ''),
    )

describe('a configuration', () => {
  test('is found above the workspace', async () => {
    const file = await write('seamfold.config.json', '{ "model": "claude-haiku-4-5" }')
    const below = join(folder, 'a', 'b')
    await mkdir(below, { recursive: true })
    expect(findConfig(below)).toBe(file)
    expect(await loadConfig(below)).toEqual({ file, model: 'claude-haiku-4-5', rules: [], ruleLines: [] })
  })

  test('may be TypeScript', async () => {
    const file = await write(
      'seamfold.config.ts',
      `const turns: number = 3\nexport default { budget: { turns }, permissions: 'auto-edit' as const }\n`,
    )
    expect(await loadConfig(folder)).toEqual({ file, budget: { turns: 3 }, mode: 'auto-edit', rules: [], ruleLines: [] })
  })

  test('may say rules as objects or in short', async () => {
    await write(
      'seamfold.config.json',
      '{ "permissions": { "mode": "ask", "rules": ["allow exec(npm test)", { "deny": { "path": "secret/**" } }] } }',
    )
    const { mode, rules } = await loadConfig(folder)
    expect({ mode, rules }).toEqual({
      mode: 'ask',
      rules: [{ allow: { access: 'exec', command: 'npm test' } }, { deny: { path: 'secret/**' } }],
    })
  })

  test('names a store relative to itself', async () => {
    const file = await write('seamfold.config.json', '{ "store": "state/journal.db" }')
    expect((await loadConfig(join(folder), file)).store).toBe(join(folder, 'state', 'journal.db'))
  })

  test('is missing without harm', async () => {
    expect(await loadConfig(folder)).toEqual({ rules: [] })
  })
})

describe('what is wrong is told with its place', () => {
  test.each([
    ['an unknown key', '{\n  "modle": "x"\n}', "/seamfold.config.json:2: 'modle': there is no such key. Did you mean 'model'?"],
    [
      'an unknown key further down',
      '{\n  "budget": {\n    "dollars": 2\n  }\n}',
      "/seamfold.config.json:3: 'budget.dollars': there is no such key. Known: usd, tokens, turns, toolCalls, perSession, perDay.",
    ],
    ['a wrong type', '{\n  "model": 4\n}', "/seamfold.config.json:2: 'model': Invalid input: expected string, received number"],
    [
      'a wrong rule',
      '{\n  "permissions": {\n    "rules": [\n      "allow exec(ls)",\n      "alow exec(ls)"\n    ]\n  }\n}',
      "/seamfold.config.json:5: 'permissions.rules.1': 'alow exec(ls)' is not a rule.",
    ],
    [
      'a rule with an unknown key',
      '{\n  "permissions": {\n    "rules": [\n      { "allow": { "comand": "ls" } }\n    ]\n  }\n}',
      "/seamfold.config.json:4: 'permissions.rules.0.allow.comand': there is no such key. Did you mean 'command'?",
    ],
    ['no JSON', '{\n  "model": "a",\n}', '/seamfold.config.json:3 is not valid JSON'],
  ])('%s', async (_, text, message) => {
    expect(await refusal('seamfold.config.json', text)).toContain(message)
  })

  test.each([
    [
      'an unknown key',
      'ts',
      'export default {\n  // { modle: 0\n  modle: 1,\n}',
      ":3: 'modle': there is no such key. Did you mean 'model'?",
    ],
    [
      'a key in a call',
      'ts',
      `const define = <T,>(config: T): T => config\nexport default define({\n  model: 'a',\n  budget: {\n    'dollars': 2,\n  },\n})`,
      ":5: 'budget.dollars': there is no such key.",
    ],
    [
      'a rule in a constant',
      'mjs',
      `const config = {\n  permissions: { rules: [\n    'allow exec(ls)',\n    'alow exec(ls)',\n  ] },\n}\nexport default config`,
      ":4: 'permissions.rules.1': 'alow exec(ls)' is not a rule.",
    ],
    ['a method', 'mjs', `export default {\n  name() { return { model: 1 } },\n  model: 4,\n}`, ":3: 'model': Invalid input"],
    ['a name for short', 'mjs', `const modle = 1\nexport default {\n  modle,\n}`, ":3: 'modle': there is no such key."],
  ] as const)('with its line in a script: %s', async (...[, kind, text, message]) => {
    expect(await refusal(`seamfold.config.${kind}`, text)).toContain(`/seamfold.config.${kind}${message}`)
  })

  test('a file without a default export', async () => {
    expect(await refusal('seamfold.config.ts', 'export const model = 1\n')).toContain('must export its configuration as default')
  })

  test('a file that throws', async () => {
    expect(await refusal('seamfold.config.mjs', 'throw new Error("no such luck")\n')).toContain(
      '/seamfold.config.mjs:1 cannot be loaded: no such luck',
    )
  })

  test('two configurations', async () => {
    await write('seamfold.config.json', '{}')
    await write('seamfold.config.ts', 'export default {}')
    await expect(loadConfig(folder)).rejects.toThrow('There are two configurations')
  })

  test('a file that was named and is not there', async () => {
    await expect(loadConfig(folder, join(folder, 'no.json'))).rejects.toThrow('There is no configuration at')
  })
})

test('lines are told by path', () => {
  const lines = linesByPath('{\n "a": [\n  1,\n  { "b": "x,{" }\n ],\n "c": {}\n}')
  expect(Object.fromEntries(lines)).toEqual({ '': 1, a: 2, 'a.0': 3, 'a.1': 4, 'a.1.b': 4, c: 6 })
})

test('rules in short', () => {
  expect(ruleFromText('allow exec(git status)')).toEqual({ allow: { access: 'exec', command: 'git status' } })
  expect(ruleFromText('deny write(.env*)')).toEqual({ deny: { access: 'write', path: '.env*' } })
  expect(ruleFromText('ask net')).toEqual({ ask: { access: 'net' } })
  expect(ruleFromText('allow tool(mcp__*)')).toEqual({ allow: { tool: 'mcp__*' } })
  expect(ruleFromText('allow everything')).toBeUndefined()
  expect(ruleFromText('allow tool')).toBeUndefined()
})

test('the nearest name is told only when it is near', () => {
  expect(nearest('sesions', ['sessions', 'run'])).toBe('sessions')
  expect(nearest('refactor', ['run', 'resume'])).toBeUndefined()
})
