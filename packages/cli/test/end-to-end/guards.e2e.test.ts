/** What is asked for even where everything is allowed, and what runs where nothing may be changed. */
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { answer, callTool, text } from '@seamfold/simulator'
import { describe, expect, test } from 'vitest'
import { envelopes } from './command.ts'
import { bash, stage } from './stage.ts'

const write = (path: string) => callTool('write', { file_path: path, content: 'export default {}\n' })

describe.each(['full', 'auto-edit'])('with --permissions %s', (mode) => {
  test('the configuration, which the next start would run, is not written before somebody approves', async () => {
    await using scene = await stage([answer([write('seamfold.config.ts')]), answer([text('Configured.')])])
    const file = join(scene.folder, 'seamfold.config.ts')
    const first = await scene.run('run', '--permissions', mode, '--session', 'c', 'configure yourself')
    expect({ code: first.code, there: existsSync(file) }).toEqual({ code: 3, there: false })
    expect((await scene.run('answer', 'c', '--approve')).code).toBe(0)
    expect((await scene.run('resume', 'c')).code).toBe(0)
    expect(existsSync(file)).toBe(true)
  })

  test('a configuration that was named is not written either', async () => {
    await using scene = await stage([answer([write('my-agent.json')])])
    const config = join(scene.folder, 'my-agent.json')
    await writeFile(config, '{"permissions":{"rules":["allow write(**)"]}}')
    expect((await scene.run('run', '--config', config, '--permissions', mode, 'x')).code).toBe(3)
  })
})

test('a command that would put a hook into .git waits, though a rule of the configuration allows it', async () => {
  await using scene = await stage([answer([bash('echo "touch stolen" > .git/hooks/pre-commit')])])
  await mkdir(join(scene.folder, '.git', 'hooks'), { recursive: true })
  await writeFile(join(scene.folder, 'seamfold.config.json'), '{"permissions":{"rules":["allow exec(echo *)","allow write(**)"]}}')
  expect((await scene.run('run', 'x')).code).toBe(3)
  expect(existsSync(join(scene.folder, '.git', 'hooks', 'pre-commit'))).toBe(false)
})

test('the journals are not written under a name in other letters, on whatever disk', async () => {
  await using scene = await stage([answer([write('.SEAMFOLD/notes')]), answer([text('Refused.')])])
  const { code, stdout } = await scene.run('run', '--yes', 'x')
  expect(code).toBe(0)
  expect(stdout).toContain('the sessions are kept in .seamfold, where no tool writes')
  expect(existsSync(join(scene.folder, '.SEAMFOLD', 'notes'))).toBe(false)
})

test('with --permissions read-only, commands that only read run without a question, and no others', async () => {
  await using scene = await stage([
    answer([bash('cat a.txt | wc -l'), bash('cat a.txt > b.txt'), bash('node -e 1')]),
    answer([text('Looked.')]),
  ])
  await writeFile(join(scene.folder, 'a.txt'), '1\n2\n3\n')
  const { code, stdout } = await scene.run('run', '--permissions', 'read-only', '--json', 'look')
  const ends = envelopes(stdout).flatMap(({ event }) => (event.type === 'tool_end' ? [event] : []))
  expect(code).toBe(0)
  // What was refused ends first.
  expect(ends.map(({ isError, errorKind }) => [isError, errorKind])).toEqual([
    [true, 'permission_denied'],
    [true, 'permission_denied'],
    [false, undefined],
  ])
  expect(JSON.stringify(ends[2]?.output)).toMatch(/\b3\b/)
  expect(existsSync(join(scene.folder, 'b.txt'))).toBe(false)
})
