/** People who answer from the command line: questions, approvals for the session, edited arguments, signed answers, and who was first. */
import { existsSync } from 'node:fs'
import { readFile, symlink, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { answer, callTool, text } from '@seamfold/simulator'
import { expect, test } from 'vitest'
import { bash, stage } from './stage.ts'

const question = callTool('ask_user', { question: 'Which colour?', options: [{ label: 'red' }, { label: 'blue' }], free_text: false })

test('a question waits, is shown with its options, takes one of them by its number, once', async () => {
  await using scene = await stage([answer([question]), answer([text('Blue it is.')])])
  const first = await scene.run('run', '--session', 'q', 'paint it')
  expect(first.code).toBe(3)
  expect(first.stdout).toMatch(/Which colour\?\s+1 +red\s+2 +blue/)
  expect(first.stdout).toContain('seamfold answer q --reply')
  const wrong = await scene.run('answer', 'q', '--reply', 'green')
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('That is no answer to') as string })
  expect(await scene.run('approve', 'q')).toMatchObject({ code: 2, stderr: expect.stringContaining("decision: 'reply'") as string })
  const request = /request-[0-9a-f]{8}/.exec((await scene.run('answer', 'q', '--reply', '2')).stdout)?.[0] ?? ''
  expect((await scene.run('resume', 'q')).stdout).toContain('Blue it is.')
  const late = await scene.run('answer', 'q', request, '--reply', '1')
  expect(late).toMatchObject({ code: 2, stderr: expect.stringContaining(`${userInfo().username} answered ask_user`) as string })
})

test('an approval may hold for the session, and change the arguments', async () => {
  await using scene = await stage([
    answer([bash('echo one >> log')]),
    answer([bash('echo one >> log')]),
    answer([bash('echo two >> other')]),
    answer([text('Done.')]),
  ])
  expect((await scene.run('run', '--session', 's', 'log it')).code).toBe(3)
  const approved = await scene.run('approve', 's', '--always')
  expect(approved.stdout).toMatch(/Approved, and always in this session .*echo one/)
  // The same again runs, another one waits.
  expect((await scene.run('resume', 's')).code).toBe(3)
  expect((await scene.run('approve', 's', '--input', '{"command":"echo three > third"}')).code).toBe(0)
  expect((await scene.run('resume', 's')).stdout).toContain('Done.')
  expect(['log', 'other', 'third'].map((name) => existsSync(join(scene.folder, name)))).toEqual([true, false, true])
})

test('edited arguments whose path was swapped for a link before they run are asked about again', async () => {
  const write = callTool('write', { file_path: 'a.txt', content: 'see notes.txt' })
  await using scene = await stage([answer([write]), answer([text('Done.')])])
  await writeFile(join(scene.folder, 'notes.txt'), 'mine')
  expect((await scene.run('run', '--session', 's', 'go')).code).toBe(3)
  // The link leads to a path that is a word of the arguments.
  expect((await scene.run('approve', 's', '--input', '{"file_path":"b.txt","content":"see notes.txt"}')).code).toBe(0)
  await symlink('notes.txt', join(scene.folder, 'b.txt'))
  const again = await scene.run('resume', 's')
  expect(again.code).toBe(3)
  expect(again.stdout).toContain('notes.txt')
  expect(await readFile(join(scene.folder, 'notes.txt'), 'utf8')).toBe('mine')
  expect((await scene.run('answer', 's', '--reject')).code).toBe(0)
  expect((await scene.run('resume', 's')).code).toBe(0)
  expect(await readFile(join(scene.folder, 'notes.txt'), 'utf8')).toBe('mine')
})

test('with a key in the environment, only who has it can answer', async () => {
  await using scene = await stage([answer([bash('echo done > out')]), answer([text('Done.')])])
  const key = { SEAMFOLD_ANSWER_KEY: 'a secret of enough bytes' }
  expect((await scene.with(key, 'run', '--session', 's', 'go')).code).toBe(3)
  expect(await scene.run('approve', 's')).toMatchObject({ code: 2, stderr: expect.stringContaining('not signed with the key') as string })
  expect(await scene.with({ SEAMFOLD_ANSWER_KEY: 'another secret, long enough' }, 'approve', 's')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('not signed with the key') as string,
  })
  expect(existsSync(join(scene.folder, 'out'))).toBe(false)
  expect((await scene.with(key, 'approve', 's')).code).toBe(0)
  expect((await scene.with(key, 'resume', 's')).code).toBe(0)
  expect(existsSync(join(scene.folder, 'out'))).toBe(true)
})
