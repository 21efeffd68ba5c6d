/** Hooks in a configuration: accepted as they are written, refused with the key and the line. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seamfold-hooks-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function load(name: string, text: string) {
  const file = join(folder, name)
  await writeFile(file, text)
  return loadConfig(folder, file)
}

test('hooks are read as they are written, and their time in all', async () => {
  const hooks = [
    {
      name: 'a',
      on: 'pre_tool_use',
      tool: 'bash',
      path: ['src/**'],
      agent: '',
      priority: -1,
      timeoutMs: 0,
      command: ['node', 'x.mjs', ''],
    },
    { on: ['on_error', 'on_success'], shell: 'cat > log' },
    { url: 'https://a.example/h', headers: { 'x-a': 'b' }, secretVariable: 'SECRET' },
  ]
  const config = await load('seamfold.config.json', JSON.stringify({ hooks, timeouts: { hookMs: 500 } }))
  expect(config).toMatchObject({ hooks, timeouts: { hookMs: 500 } })
})

test.each([
  ['json', '{"hooks": [\n  {"shell": "a"},\n  {"on": "pre_tool_use"}\n]}', ":3: 'hooks.1': a hook has exactly one of command, shell, url"],
  ['json', '{"hooks": [\n  {"shell": "a", "command": ["b"]}\n]}', ":2: 'hooks.0': a hook has exactly one of command, shell, url"],
  [
    'json',
    '{"hooks": [{\n  "on": "pre_tool",\n  "shell": "a"\n}]}',
    `:2: 'hooks.0.on': there is no hook "pre_tool". Hooks: session_start, `,
  ],
  ['json', '{"hooks": [{"on": [\n  "on_error",\n  "on_fire"\n], "shell": "a"}]}', `:3: 'hooks.0.on.1': there is no hook "on_fire".`],
  ['json', '{"hooks": [{\n  "toll": "bash",\n  "shell": "a"\n}]}', ":2: 'hooks.0.toll': there is no such key. Did you mean 'tool'?"],
  ['json', '{"hooks": [{\n  "shell": "a",\n  "headers": {}\n}]}', ":3: 'hooks.0.headers': only a hook with a url is sent this"],
  ['json', '{"hooks": [{\n  "url": "ftp://a"\n}]}', ":2: 'hooks.0.url': Invalid URL"],
  ['json', '{"hooks": [{\n  "command": "rm"\n}]}', ":2: 'hooks.0.command': Invalid input: expected array, received string"],
  [
    'mjs',
    'export default {\n  hooks: [\n    { shell: "a" },\n    { on: "x", shell: "a" },\n  ],\n}',
    `:4: 'hooks.1.on': there is no hook "x".`,
  ],
  ['mjs', 'export default {\n  timeouts: {\n    hookMs: -1,\n  },\n}', ":3: 'timeouts.hookMs': Too small"],
])('what is wrong in a %s file is told with its place: %s', async (kind, text, message) => {
  await expect(load(`seamfold.config.${kind}`, text)).rejects.toThrow(`seamfold.config.${kind}${message}`)
})
