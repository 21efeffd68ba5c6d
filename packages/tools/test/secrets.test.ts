/** Commands get secrets by reference, as variables; secrets that lie in the workspace are found. */
import { createAgent, dataProtection, environmentSecrets, memoryStore, policy, type Run } from '@seamfold/core'
import { resultText } from '@seamfold/core/kit'
import { scriptedLlm, type ScriptedReply } from '@seamfold/core/testing'
import { describe, expect, test } from 'vitest'
import { codingTools, workspaceSecrets } from '@seamfold/tools'
import { temporaryDirectory } from './support.ts'

const SECRET = 'zQ8w-Lk3/vTn5+xR'

const bash = (input: Readonly<Record<string, unknown>>): ScriptedReply => [
  { type: 'tool_use', id: 'a', name: 'bash', input: input as never },
]

/** What a command came to, and everything that was stored, shown and asked meanwhile. */
async function ran(reply: ScriptedReply): Promise<{ output: string; everything: string }> {
  const llm = scriptedLlm([reply, 'done'])
  const store = memoryStore()
  const security = dataProtection({ references: environmentSecrets({ TOKEN: SECRET }, ['TOKEN']) })
  const agent = createAgent({
    llm,
    store,
    security,
    tools: codingTools({ workspace: temporaryDirectory() }),
    permissions: policy({ default: 'allow' }),
  })
  const run: Run = await agent.run('go')
  const events: unknown[] = []
  let output = ''
  for await (const { event } of run) {
    events.push(event)
    if (event.type === 'tool_end') output = resultText(event.output)
  }
  const records: string[] = []
  for await (const key of store.keys()) for await (const { record } of store.read(key)) records.push(record)
  return { output, everything: JSON.stringify([events, records, llm.requests]) }
}

describe('a command', () => {
  test('gets a secret as a variable, and what it prints of it is taken out, also in base64', async () => {
    const { output, everything } = await ran(
      bash({
        command: 'printf "%s|" "$MY_TOKEN" | tee out; printf %s "${#MY_TOKEN}"; printf "x%s" "$MY_TOKEN" | base64 -w4',
        env: { MY_TOKEN: 'secret://TOKEN' },
      }),
    )
    expect(output).toMatch(/^\[redacted:TOKEN\]\|16/)
    expect(output).toMatch(/\[redacted:TOKEN\]\S*\s*$/)
    expect(everything).toContain('secret://TOKEN')
    expect(everything).not.toContain(SECRET)
    expect(everything.replaceAll('\\n', '')).not.toContain(btoa(`x${SECRET}`).slice(2, -2))
  })

  test.each([
    ['an unknown name', { command: 'echo ran', env: { X: 'secret://OTHER' } }, /no secret 'OTHER'.*nothing was done.*TOKEN/],
    ['a reference in the command', { command: 'echo secret://TOKEN' }, /cannot stand in the command.*env/],
    ['a value in place of a reference', { command: 'echo ran', env: { X: 'plain' } }, /give a reference/],
    ['a variable that programs obey', { command: 'echo ran', env: { LD_PRELOAD: 'secret://TOKEN' } }, /LD_PRELOAD/],
    ['a secret itself', { command: `echo ${SECRET}` }, /hold a secret at \/command.*did not run/],
    ['what was taken out', { command: 'echo [redacted:TOKEN]' }, /in place of one: the call did not run/],
  ])('does not run with %s', async (_, input, words) => {
    const { output, everything } = await ran(bash(input))
    expect(output).toMatch(words)
    expect(everything).not.toContain(SECRET)
  })
})

describe('the secrets of a workspace', () => {
  const directory = (): string =>
    temporaryDirectory({
      '.env': `API_KEY=${SECRET}\nPORT=3000\nDATABASE_URL=postgres://app:kV7%2Fq2Lm@db/x\nTOKEN_NAME=GITHUB_TOKEN\nEMPTY_SECRET=\nPUBLIC=${'a1b2'.repeat(8)}\n`,
      '.env.local': 'API_KEY="other-K3y-of-mine"\nAPP_PASSWORD=changeme\n',
      '.env.example': 'API_KEY=not-a-secret-at-all-1\n',
    })

  test('are those of its files and of the environment, by name', () => {
    expect(
      workspaceSecrets({ directory: directory(), environment: { GITHUB_TOKEN: 'g1tHub-t0ken-value', HOME: '/home/somebody' } }),
    ).toEqual({
      GITHUB_TOKEN: 'g1tHub-t0ken-value',
      API_KEY: SECRET,
      DATABASE_URL: 'kV7%2Fq2Lm',
      'DATABASE_URL.2': 'kV7/q2Lm',
      'API_KEY.2': 'other-K3y-of-mine',
    })
  })

  test('are those of its parts too, but for what is installed', () => {
    const root = temporaryDirectory({
      'apps/web/.env.production': 'SESSION_SECRET=part-0f-the-Web-17\n',
      'deep/er/still/.env': 'SIGNING_KEY="first-Line 92x\nsec*d/44q"\n',
      'node_modules/x/.env': 'OTHER_SECRET=of-an-Example-22\n',
      'apps/web/.env.example': 'SESSION_SECRET=not-a-secret-at-all-1\n',
    })
    expect(workspaceSecrets({ directory: root, environment: {} })).toEqual({
      SESSION_SECRET: 'part-0f-the-Web-17',
      SIGNING_KEY: 'first-Line 92x\nsec*d/44q',
    })
  })

  test('are others too, when they are named', () => {
    expect(workspaceSecrets({ directory: directory(), environment: {}, hide: ['PUBLIC'] })).toMatchObject({ PUBLIC: 'a1b2'.repeat(8) })
  })

  test('are none where there are no files', () => {
    expect(workspaceSecrets({ directory: temporaryDirectory(), environment: {} })).toEqual({})
    expect(workspaceSecrets({ directory: '/nowhere', environment: {} })).toEqual({})
  })

  test('can all be hidden', () => {
    expect(() => dataProtection({ values: workspaceSecrets({ directory: directory(), environment: process.env }) })).not.toThrow()
  })
})

test('what comes from the web is marked, also through a batch', async () => {
  const outside = { type: 'tool_use' as const, id: 'b', name: 'web_fetch', input: { url: 'http://127.0.0.1:1/x' } }
  const batch = { type: 'tool_use' as const, id: 'c', name: 'batch', input: { invocations: [{ tool: 'web_fetch', args: outside.input }] } }
  const llm = scriptedLlm([[outside, batch], 'done'])
  const agent = createAgent({ llm, tools: codingTools({ workspace: temporaryDirectory() }), permissions: policy({ default: 'allow' }) })
  await (
    await agent.run('go')
  ).result
  const results = llm.requests[1]?.messages.at(-1)?.content ?? []
  expect(results).toHaveLength(2)
  for (const result of results) expect(JSON.stringify(result)).toMatch(/<(untrusted-[0-9a-f]{16})>.*From outside.*<\/\1>/)
})
