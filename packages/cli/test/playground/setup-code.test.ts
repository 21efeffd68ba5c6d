/** Promises of the code that the playground shows: it compiles under strict settings for every combination of parts, and tells no secret. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type PermissionPolicy, type Policy, policy, stricterPolicy, type ToolRequest } from '@seamfold/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { policyCode } from '../../src/playground/code/policy-code.ts'
import { importLines } from '../../src/playground/code/piece.ts'
import { setupCode } from '../../src/playground/code/setup-code.ts'
import { groundPolicy } from '../../src/setup/ground.ts'
import type { Settings } from '../../src/setup/settings.ts'
import { plain, setUps, teamOf } from './setup-variants.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../../../', import.meta.url))
const workspace = '/tmp/a "quoted" place'

let folder = ''
beforeAll(async () => {
  // Inside of the package, where its own packages are found by their names.
  folder = await mkdtemp(join(root, 'packages/cli/test/playground/setup-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('compiles for every combination of parts', async () => {
  const all = setUps(workspace)
  expect(all.length).toBeGreaterThan(800)
  const codes = new Set(all.map((settings, index) => setupCode(settings, { team: teamOf(index % 3 === 0), signed: index % 5 === 0 })))
  const files = await Promise.all(
    [...codes].map(async (code, index) => {
      const file = join(folder, `setup-${index}.ts`)
      await writeFile(file, code)
      return file
    }),
  )
  const compilerOptions = { isolatedDeclarations: false, declaration: false, noUnusedLocals: true }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ extends: join(root, 'tsconfig.base.json'), compilerOptions, files }))
  const compiled = await run(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { maxBuffer: 64 * 1024 * 1024 }).then(
    () => '',
    (error: { readonly stdout: string }) => error.stdout.split('\n').slice(0, 20).join('\n'),
  )
  expect(compiled).toBe('')
}, 120_000)

test('names what it was made from, and holds no token and no header', () => {
  const withTools = setUps(workspace).filter(({ toolNames }) => toolNames?.length !== 0)
  expect(withTools.filter((settings) => !setupCode(settings, plain).includes(JSON.stringify(workspace)))).toEqual([])
  expect(setUps(workspace).filter((settings) => /hidden-token|'secret'|"secret"/.test(setupCode(settings, plain)))).toEqual([])
})

const write = (path: string): ToolRequest => ({ tool: 'write', accesses: [{ kind: 'write', path }] })
const command = (line: string, tool = 'bash'): ToolRequest => ({ tool, accesses: [{ kind: 'exec', command: line, commands: [line] }] })
const asked: readonly ToolRequest[] = [
  ...[
    'a.md',
    'src/a.ts',
    'docs/a.md',
    'docs/b.md',
    '/etc/hosts',
    '.seamfold/x',
    'a/.git/hooks/x',
    'seamfold.config.ts',
    'policy.json',
    'guard.sh',
    'more/settings.ts',
  ].map(write),
  ...['ls', 'git status', 'git push origin', 'rm -r x', 'npm test'].map((line) => command(line)),
  command('ls', 'bash_outside'),
  { tool: 'read', accesses: [{ kind: 'read', path: '.env.local' }] },
  { tool: 'read', accesses: [{ kind: 'read', path: '/etc/passwd' }] },
  { tool: 'web_fetch', accesses: [{ kind: 'net', host: 'example.com' }] },
  { tool: 'task', accesses: [{ kind: 'agent', agent: 'explore' }] },
  { tool: 'mine', accesses: [{ kind: 'other' }] },
]

test('decides every call as the agent on the page does', async () => {
  const place = join(folder, 'ground')
  await mkdir(join(place, 'more'), { recursive: true })
  for (const name of ['policy.json', 'guard.sh', 'more/settings.ts']) await writeFile(join(place, name), '')
  const files: Partial<Settings> = {
    hooks: [{ shell: 'sh ../guard.sh' }],
    configFile: join(place, 'more/settings.ts'),
    layers: [{ layer: 'user', rules: [{ ask: { command: 'npm test' } }], file: join(place, 'policy.json') }],
  }
  const shapes = new Map(setUps(place).map((settings) => [policyText(settings), settings]))
  const all = [...shapes.values()].flatMap((settings) => [settings, { ...settings, ...files }])
  for (const [index, settings] of all.entries()) {
    const file = join(folder, `policy-${index}.ts`)
    await writeFile(file, policyText(settings))
    const { permissions } = (await import(file)) as { readonly permissions: Policy }
    const own = await groundPolicy(settings)
    // Only a sandbox has an outside.
    const here = asked.filter(({ tool }) => tool !== 'bash_outside' || (settings.sandbox?.mode ?? 'off') !== 'off')
    const decisions = (judge: PermissionPolicy, those = here): readonly string[] =>
      those.map((request) => `${JSON.stringify(request)} ${judge.judge(request).decision}`)
    expect([settings.mode, settings.rules, decisions(permissions)]).toEqual([settings.mode, settings.rules, decisions(own)])
    const sent = elsewhere(own)
    // Which commands only read is told by code, which stays here.
    const both = settings.mode === 'read-only' ? here.filter(({ accesses }) => accesses.every(({ kind }) => kind !== 'exec')) : here
    expect([settings.mode, settings.rules, decisions(sent, both)]).toEqual([settings.mode, settings.rules, decisions(own, both)])
    for (const request of here) expect(ORDER).toContain(`${own.judge(request).decision} ${sent.judge(request).decision}`)
  }
})

/** Decisions here and elsewhere: there never a laxer one. */
const ORDER = ['allow allow', 'allow ask', 'allow deny', 'ask ask', 'ask deny', 'deny deny']

/** What goes along with the tasks of an agent. */
const elsewhere = ({ source }: Policy): PermissionPolicy =>
  (source?.toList({ rules: [] }) ?? []).map((data): PermissionPolicy => policy(data)).reduce(stricterPolicy)

/** The policy of the code alone, as a module. */
function policyText(settings: Settings): string {
  const piece = policyCode(settings)
  const given = (piece.given ?? []).map((line) => line.replace(/^permissions: (.*),$/, 'export const permissions = $1'))
  return [...importLines([piece]), ...(piece.before ?? []), ...given, ''].join('\n')
}
