/** A call may ask the policy about what it finds only while it runs, and gets the answer that declaring it would have got. */
import { expect, test } from 'vitest'
import { type Answer, createAgent, policy, type PolicyOptions, tool } from '../../src/index.ts'
import { callOf, scriptedLlm } from '../../src/testing.ts'
import { resultsIn } from './runs.ts'

const search = tool({
  name: 'search',
  description: 'Looks through a folder.',
  access: () => [{ kind: 'read', path: '.' }],
  effect: 'none',
  execute: (_, { permits }) => ['src/a', '.env', 'secret/key'].filter((path) => permits({ kind: 'read', path })).join(' '),
})
const outer = tool({
  name: 'outer',
  description: 'Calls another tool.',
  effect: 'composite',
  access: () => [],
  execute: (_, { invoke }) => invoke('search', {}),
})

async function found(options: PolicyOptions | undefined, name = 'search'): Promise<unknown> {
  const llm = scriptedLlm([[callOf(name)], 'done'])
  const confirm = (): Promise<Answer> => Promise.resolve({ decision: 'approve' })
  const permissions = options === undefined ? {} : { permissions: policy(options) }
  await (await createAgent({ llm, tools: [search, outer], confirm, ...permissions }).run('go')).completed()
  return resultsIn(llm.requests[1])[0]
}

test.each([
  ['everything without rules', undefined, 'src/a .env secret/key'],
  ['not what a rule denies', { rules: [{ deny: { access: 'read', path: '.env*' } }] }, 'src/a secret/key'],
  ['not what a rule asks for', { rules: [{ ask: { path: 'secret/**' } }] }, 'src/a .env'],
  ['what a rule asked for already, when the call was approved', { rules: [{ ask: { access: 'read' } }] }, 'src/a .env secret/key'],
  ['what only the default asks for, when the call was approved', { default: 'ask' }, 'src/a .env secret/key'],
  ['what is allowed, where the rest is denied', { rules: [{ allow: { path: '{.,src/**}' } }], default: 'deny' }, 'src/a'],
  ['for its own tool', { rules: [{ deny: { tool: 'other', path: '.env' } }] }, 'src/a .env secret/key'],
] as const)('%s', async (_, options, paths) => {
  expect(await found(options)).toBe(paths)
})

test('also where another tool made the call', async () => {
  expect(await found({ rules: [{ deny: { path: '.env' } }] }, 'outer')).toBe('src/a secret/key')
})
