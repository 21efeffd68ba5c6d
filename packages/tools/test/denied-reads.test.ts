/** What a rule denies reading is shown by no tool: neither by what finds it, nor by what compares it, nor by what would change it. */
import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { createAgent, policy } from '@seamfold/core'
import { callOf, scriptedLlm } from '@seamfold/core/testing'
import { codingTools, type Workspace } from '@seamfold/tools'
import { fill, temporaryDirectory } from './support.ts'
import { ways } from './support-search.ts'

const SECRET = 'topsecret'

const gitIn = (cwd: string, ...words: readonly string[]): string =>
  execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.com', ...words], { cwd, encoding: 'utf8', stdio: 'pipe' })

/** A repository with a secret that has changed since its last commit. */
function setUp(): string {
  const root = temporaryDirectory({ '.env': 'KEY=old\n', 'src/a.txt': 'KEY here\n', 'deep/.env.local': `KEY=${SECRET}\n` })
  for (const words of [
    ['init', '--quiet'],
    ['add', '.'],
    ['commit', '--quiet', '--message=first'],
  ])
    gitIn(root, ...words)
  fill(root, { '.env': `KEY=${SECRET}\n`, 'src/a.txt': 'KEY there\n' })
  return root
}

type Input = Parameters<typeof callOf>[1]

/** What the model reads, and everything that is stored of the run. */
async function told(workspace: string | Workspace, name: string, input: Input) {
  const llm = scriptedLlm([[callOf(name, input)], 'done'])
  const permissions = policy({ rules: [{ deny: { access: 'read', path: '**/.env*' } }], default: 'allow' })
  const run = await createAgent({ llm, tools: codingTools({ workspace }), permissions }).run('go')
  await run.completed()
  const [block] = llm.requests[1]?.messages.at(-1)?.content ?? []
  const stored: unknown[] = []
  for await (const { event } of run.events()) if (event.type === 'tool_end') stored.push(event)
  return { read: JSON.stringify(block), stored: JSON.stringify(stored) }
}

describe('is left out, and said to be, by', () => {
  test.each([
    ['grep', { pattern: 'KEY' }],
    ['grep', { pattern: 'KEY', path: 'deep' }],
    ['grep', { pattern: 'KEY', glob: '.env*', context: 3 }],
    ['git', { command: 'diff' }],
    ['git', { command: 'diff', target: 'HEAD' }],
    ['git', { command: 'diff', path: '.' }],
    ['batch', { invocations: [{ tool: 'grep', args: { pattern: 'KEY' } }] }],
  ])('%s %j', async (name, input: Input) => {
    const root = setUp()
    for (const [, workspace] of ways(root)) {
      const { read, stored } = await told(workspace, name, input)
      expect(read + stored).not.toContain(SECRET)
      expect(read).toMatch(/left out: (?:a rule does not let it be read|rules do not let them be read)/)
    }
  })
})

test('what may be read is still found and compared', async () => {
  const root = setUp()
  expect((await told(root, 'grep', { pattern: 'KEY' })).read).toContain('src/a.txt:1: KEY there')
  expect((await told(root, 'git', { command: 'diff' })).read).toMatch(/-KEY here\\n\+KEY there/)
})

describe('is not shown by', () => {
  test.each([
    ['git', { command: 'diff', staged: true }],
    ['git', { command: 'diff', target: 'HEAD:.env', path: 'src/a.txt' }],
    ['git', { command: 'diff', target: ':.env', path: 'src/a.txt' }],
    ['git', { command: 'diff', path: '.env' }],
    ['edit', { file_path: '.env', old_string: 'KEY', new_string: 'YEK' }],
    ['patch', { file_path: '.env', diff: '@@ -1 +1 @@\n-guess\n+x\n' }],
    ['write', { file_path: '.env', content: 'KEY=new\n' }],
    ['read', { file_path: '.env' }],
  ])('%s %j', async (name, input: Input) => {
    const root = setUp()
    gitIn(root, 'add', '.')
    fill(root, { '.env': `KEY=${SECRET}\nMORE=${SECRET}\n` })
    const { read, stored } = await told(root, name, input)
    expect(read + stored).not.toContain(SECRET)
  })
})

test('a name for git that could be a pattern or an option leaves out what it names', async () => {
  const root = setUp()
  fill(root, {
    '-x/.env': `KEY=${SECRET}\n`,
    ':(glob)/.env*': 'KEY=plain\n',
    '[a]/.env': `KEY=${SECRET}\n`,
    'a/ü\n/.env': `KEY=${SECRET}\n`,
  })
  gitIn(root, 'add', '.')
  const { read } = await told(root, 'git', { command: 'diff', staged: true })
  expect(read).not.toContain(SECRET)
  expect(read).toContain('+KEY there')
})

test('warnings of git are taken for no name', async () => {
  const root = setUp()
  gitIn(root, 'config', 'core.autocrlf', 'true')
  const { read } = await told(root, 'git', { command: 'diff' })
  expect(read).not.toContain(SECRET)
  expect(read).toContain('+KEY there')
})

test('a file that has another name now is compared under neither', async () => {
  const lines = Array.from({ length: 20 }, (_, line) => `LINE=${line}\n`).join('')
  const root = temporaryDirectory({ '.env': `KEY=${SECRET}\n${lines}` })
  for (const words of [
    ['init', '--quiet'],
    ['add', '.'],
    ['commit', '--quiet', '--message=first'],
    ['mv', '.env', 'plain'],
  ])
    gitIn(root, ...words)
  fill(root, { plain: lines })
  gitIn(root, 'add', '.')
  const { read } = await told(root, 'git', { command: 'diff', staged: true })
  expect(read).not.toContain(SECRET)
  expect(read).toContain('+LINE=19')
})

test('a workspace inside of a repository compares nothing outside of it', async () => {
  const root = setUp()
  fill(root, { 'deep/.env.local': 'KEY=outside\n', 'plain.txt': 'outside\n' })
  gitIn(root, 'add', '--intent-to-add', '.')
  const { read } = await told(`${root}/src`, 'git', { command: 'diff' })
  expect(read).toContain('KEY there')
  expect(read).not.toMatch(/outside|topsecret/)
})
