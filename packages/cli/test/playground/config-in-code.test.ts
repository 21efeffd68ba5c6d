/** The promise of the code on the page: every key of a configuration is in it, or it is said here why not. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkConfig } from '../../src/config/schema.ts'
import { setupCode } from '../../src/playground/code/setup-code.ts'
import { resolveSettings } from '../../src/setup/settings.ts'
import { openTeam } from '../../src/setup/team.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seamfold-config-code-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** What each key holds here, and what of it stands in the code. */
const table: Readonly<Record<string, { readonly value: unknown; readonly shown: readonly string[] }>> = {
  model: { value: 'a-model-of-mine', shown: ['"a-model-of-mine"'] },
  provider: { value: 'openai', shown: ["from '@seamfold/llm-openai'"] },
  baseURL: { value: 'http://127.0.0.1:9/v1', shown: ['"http://127.0.0.1:9/v1"'] },
  instructions: { value: 'Speak like a sailor.', shown: ['"Speak like a sailor."'] },
  permissions: { value: { mode: 'auto-edit', rules: ['allow exec(npm test)'] }, shown: ['mode: "auto-edit"', '"npm test"'] },
  sandbox: {
    value: {
      mode: 'auto',
      network: { hosts: ['registry.example'] },
      writable: ['/tmp/made'],
      readable: ['/opt/read'],
      frozen: ['/tmp/kept'],
      hidden: ['/opt/hidden'],
      limits: { memoryBytes: 81, processes: 82, temporaryBytes: 83 },
    },
    shown: ['"mode": "auto"', 'registry.example', '/tmp/made', '/opt/read', '/tmp/kept', '/opt/hidden', '81', '82', '83'],
  },
  askWhenUnknown: { value: ['bash'], shown: ['[ "bash" ].includes(each.definition.name) ? askWhenUnknown(each) : each'] },
  price: {
    value: { input: 31, output: 32, cacheRead: 33, cacheWrite: 34, asOf: '2026-01-01' },
    shown: ['"input": 31', '"output": 32', '"cacheRead": 33', '"cacheWrite": 34', '"asOf": "2026-01-01"'],
  },
  budget: {
    value: { usd: 41, tokens: 42, turns: 43, toolCalls: 44, perSession: { usd: 45 }, perDay: { tokens: 46, workMs: 47 } },
    shown: ['"usd": 41', '"tokens": 42', '"turns": 43', '"toolCalls": 44', 'perSession: { "usd": 45 }', '"tokens": 46', '"workMs": 47'],
  },
  store: { value: 'kept/here.db', shown: ['kept/here.db"'] },
  agents: { value: ['team'], shown: ['"name": "navigator"', '"Knows the stars."', '"Look up."', '"careful model"', '"git push *"'] },
  hooks: {
    value: [
      {
        name: 'guard',
        on: 'pre_tool_use',
        tool: 'bash',
        path: 'src/**',
        agent: 'default',
        priority: 7,
        command: ['node', 'guard.mjs'],
        timeoutMs: 51,
      },
      { on: 'on_error', shell: 'say it' },
      { on: 'on_error', url: 'https://ops.example/hook', headers: { 'X-Team': 'hidden-header' }, secretVariable: 'HOOK_KEY' },
    ],
    shown: [
      '"guard"',
      '"pre_tool_use"',
      '"src/**"',
      'agent: "default"',
      'priority: 7',
      '"guard.mjs"',
      'timeoutMs: 51',
      '"say it"',
      '"https://ops.example/hook"',
      '"X-Team"',
      '"HOOK_KEY"',
    ],
  },
  lanes: { value: { execute: { concurrency: 61 }, tools: { bash: 'generate' } }, shown: ['"concurrency": 61', '"bash": "generate"'] },
  environment: { value: { keep: ['KEPT_TOKEN'] }, shown: ['"KEPT_TOKEN"'] },
  secrets: {
    value: { offer: ['OFFERED_KEY'], hide: ['HIDDEN_NAME'], shapes: false },
    shown: ['"OFFERED_KEY"', '"HIDDEN_NAME"', 'shapes: false'],
  },
  timeouts: {
    value: { totalMs: 71, turnMs: 72, firstChunkMs: 73, chunkMs: 74, toolMs: 75, hookMs: 76 },
    shown: ['"totalMs": 71', '"turnMs": 72', '"firstChunkMs": 73', '"chunkMs": 74', '"toolMs": 75', '"hookMs": 76'],
  },
}

/** What the code leaves out, and why. */
const leftOut = [
  { value: 'hidden-header', why: 'headers of hooks may hold what nobody else should read: their names stay, to be filled in' },
]

const agent = `---
name: navigator
description: Knows the stars.
model: careful model
permissions:
  default: ask
  rules: ['deny exec(git push *)']
---
Look up.
`

/** The keys that the schema knows at a place. */
function keysAt(place: readonly string[]): readonly string[] {
  const data = place.reduceRight<unknown>((inner, key) => ({ [key]: inner }), { 'no such key': 1 })
  const checked = checkConfig(data)
  return checked.ok ? [] : (checked.problems.find(({ known }) => known.length > 0)?.known ?? [])
}

test('every key of a configuration is in the code, or left out for a reason', async () => {
  expect(Object.keys(table).toSorted()).toEqual(keysAt([]).toSorted())
  // What is held to keys of its own has each of them in the table.
  for (const place of [['permissions'], ['price'], ['budget'], ['environment'], ['secrets'], ['timeouts'], ['sandbox']]) {
    const [key = ''] = place
    expect([key, ...Object.keys(table[key]?.value as object).toSorted()]).toEqual([key, ...keysAt(place).toSorted()])
  }
  const workspace = join(folder, 'workspace')
  await mkdir(join(workspace, 'team'), { recursive: true })
  await writeFile(join(workspace, 'team/navigator.md'), agent)
  const config = Object.fromEntries(Object.entries(table).map(([key, { value }]) => [key, value]))
  await writeFile(join(workspace, 'seamfold.config.json'), JSON.stringify(config))
  const settings = await resolveSettings({ workspace }, { folder: workspace, environment: { OPENAI_API_KEY: 'never-shown' } })
  const { registry, close } = await openTeam(settings)
  const code = setupCode(settings, { team: { registry, names: ['navigator'] }, signed: true })
  await close()
  const missing = Object.entries(table).flatMap(([key, { shown }]) =>
    shown.filter((text) => !code.includes(text)).map((text) => `${key}: ${text}`),
  )
  expect(missing).toEqual([])
  expect(leftOut.filter(({ value }) => code.includes(value))).toEqual([])
  expect(code).not.toContain('never-shown')
  expect(code).toContain(`answerKey: answerKey(process.env['SEAMFOLD_ANSWER_KEY'] ?? ''),`)
})
