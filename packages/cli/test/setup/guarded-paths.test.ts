/** What no mode and no rule lets a tool write without being asked, and which commands the mode read-only lets run. */
import type { ToolRequest } from '@seamfold/core'
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Access } from '@seamfold/core'
import { codingTools, localWorkspace, readOnlyCommands } from '@seamfold/tools'
import { describe, expect, test } from 'vitest'
import { accessPath } from '../../src/setup/guarded-paths.ts'
import { modePolicy, rulesLike } from '../../src/setup/permissions.ts'

const MODES = ['ask', 'auto-edit', 'full', 'read-only'] as const
const write = (path: string, by?: string): { tool: string; accesses: readonly Access[] } => ({
  tool: 'write',
  accesses: [{ kind: 'write', path, ...(by === undefined ? {} : { by }) }],
})

async function folder() {
  const path = await mkdtemp(join(tmpdir(), 'seamfold-guard-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

test.each([
  'du -sh --exclude=.git .',
  'rsync -a --exclude=.git src/ out/',
  'rsync -a --exclude .git src/ out/',
  'tar czf ../x.tgz --exclude=.git .',
  'npx eslint . --ignore-pattern .git',
  "gh pr create --title x --body 'about .git/hooks'",
])('%s leaves out what is guarded, or only speaks of it, and is not asked for', async (command) => {
  await using made = await folder()
  const bash = codingTools({ workspace: localWorkspace(made.path) }).find(({ definition }) => definition.name === 'bash')
  const accesses = (await bash?.access?.({ command })) ?? []
  expect(accesses).not.toEqual([])
  expect(modePolicy('full', []).judge({ tool: 'bash', accesses }).decision).toBe('allow')
})

describe.each(MODES)('in the mode %s', (mode) => {
  const made = modePolicy(mode, [{ allow: { access: 'write' } }, { allow: { tool: '*' } }])
  const sessionRules = [{ allow: { access: 'write', path: '**' } }] as const
  const permissions = { judge: (request: ToolRequest) => made.judge({ ...request, sessionRules }) }

  test.each([
    '.SEAMFOLD/sessions.db',
    '.Seamfold',
    'nested/.seamFold/x',
    '/elsewhere/.SEAMFOLD/x',
    '.\u017feamfold/x',
    '.seam\u200cfold/x',
    '.seamfold./x',
    '.seamfold::$INDEX_ALLOCATION/x',
    '.SEAMFOLD\\x',
  ])('nothing is written into the journals at %j', (path) => {
    expect(permissions.judge(write(path)).decision).toBe('deny')
  })

  test.each(['.seamfold/sessions.db', '.git/config', 'seamfold.config.ts'])('what is perhaps a write of %j is asked for', (path) => {
    const accesses: readonly Access[] = [{ kind: 'write', path, by: `foo ${path}`, perhaps: true }]
    expect(permissions.judge({ tool: 'bash', accesses }).decision).toBe('ask')
  })

  test.each([
    'seamfold.config.ts',
    'seamfold.config.js',
    'seamfold.config.mjs',
    'seamfold.config.json',
    'SeamFold.Config.TS',
    'packages/a/seamfold.config.ts',
    '/home/me/seamfold.config.ts',
    '.git/hooks/pre-commit',
    '.GIT/config',
    '.git',
    'vendor/x/.git/config',
    '/other/.git/hooks/post-merge',
  ])('%j is asked for, though rules and an answer for the session allow it', (path) => {
    expect(permissions.judge(write(path)).decision).toBe('ask')
    expect(permissions.judge(write(path, `cp x ${path}`)).decision).toBe('ask')
    expect(rulesLike({ toolName: 'write', kind: 'confirmation', accesses: write(path).accesses })).toBeUndefined()
  })

  test.each(['seamfold/x', 'seamfold.config.test.ts', '.gitignore', '.github/workflows/ci.yml', 'src/git/x', 'x.seamfold'])(
    '%j is written like any other file',
    (path) => {
      expect(permissions.judge(write(path)).decision).toBe('allow')
    },
  )

  test('a rule that denies is not turned into a question', () => {
    const denying = modePolicy(mode, [{ deny: { access: 'write', path: '.git/**' } }, { deny: { access: 'write', path: '*.ts' } }])
    for (const path of ['.git/config', 'seamfold.config.ts']) expect(denying.judge(write(path)).decision).toBe('deny')
  })
})

test('a configuration of another name is guarded by its path, also where a link leads to it', async () => {
  await using base = await folder()
  await mkdir(join(base.path, 'real'))
  await writeFile(join(base.path, 'real', 'agent.ts'), '')
  await symlink(join(base.path, 'real'), join(base.path, 'link'))
  await symlink('agent.ts', join(base.path, 'real', 'current.ts'))
  const configuration = accessPath(join(base.path, 'link'), join(base.path, 'link', 'current.ts'))
  expect(configuration).toBe('agent.ts')
  await writeFile(join(base.path, 'above.ts'), '')
  expect(accessPath(join(base.path, 'link'), join(base.path, 'above.ts'))).toBe(await realpath(join(base.path, 'above.ts')))
  const permissions = modePolicy('full', [], { configuration })
  expect(['Agent.ts', 'other.ts'].map((path) => permissions.judge(write(path)).decision)).toEqual(['ask', 'allow'])
})

async function judging(mode: (typeof MODES)[number]) {
  const base = await folder()
  const bash = codingTools({ workspace: localWorkspace(base.path) }).find(({ definition }) => definition.name === 'bash')
  const permissions = modePolicy(mode, [], { readOnly: readOnlyCommands({ otherwise: 'deny' }) })
  return {
    judge: async (command: string) => permissions.judge({ tool: 'bash', accesses: (await bash?.access({ command })) ?? [] }).decision,
    [Symbol.asyncDispose]: () => base[Symbol.asyncDispose](),
  }
}

test.each([
  'echo x > .git/hooks/pre-commit',
  'cd .git && echo x >> config',
  'tee .git/hooks/pre-push < a',
  'cp a .GIT/hooks/pre-commit',
  'rm -rf .git',
  'chmod +x .git/hooks/pre-commit',
  "sed -i s/a/b/ './seamfold.config.ts'",
  'mv a seamfold.config.ts',
])('even where everything is allowed, %j is asked for', async (command) => {
  await using full = await judging('full')
  expect(await full.judge(command)).toBe('ask')
})

test('where everything is allowed, a command outside of the sandbox is asked for, until a rule allows it', () => {
  const request = { tool: 'bash_outside', accesses: [{ kind: 'exec', command: 'npm test' }] as const }
  expect(modePolicy('full', []).judge(request)).toMatchObject({ decision: 'ask', reason: 'it would run outside of the sandbox' })
  expect(modePolicy('full', [{ allow: { tool: 'bash_outside' } }]).judge(request).decision).toBe('allow')
  expect(modePolicy('full', [{ deny: { command: 'npm *' } }]).judge(request).decision).toBe('deny')
})

test.each(['git commit -m x', 'echo x > a', 'cat .git/config', 'cp seamfold.config.ts copy.ts'])(
  'where everything is allowed, %j runs without a question',
  async (command) => {
    await using full = await judging('full')
    expect(await full.judge(command)).toBe('allow')
  },
)

test.each([
  ['git status --short', 'allow'],
  ['ls -la src | head -3', 'allow'],
  ['grep -rn todo src && wc -l a.txt', 'allow'],
  ['npm test', 'deny'],
  ['git status; rm a', 'deny'],
  ['cat $(touch a)', 'deny'],
  ['ls > list', 'deny'],
  ['cat /etc/passwd', 'deny'],
  ['cat < ~/.ssh/id_ed25519', 'deny'],
  ['cd .. && cat x', 'deny'],
])('read-only decides %j: %s', async (command, decision) => {
  await using readOnly = await judging('read-only')
  expect(await readOnly.judge(command)).toBe(decision)
})
