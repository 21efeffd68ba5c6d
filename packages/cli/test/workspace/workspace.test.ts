/** What a call would change, what has changed, and the sample that may be changed. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runTests } from '../../src/workspace/check.ts'
import { proposedChange } from '../../src/workspace/proposed-change.ts'
import { copySample } from '../../src/workspace/sample.ts'
import { changesBetween, takeSnapshot } from '../../src/workspace/snapshot.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seamfold-workspace-'))
  await writeFile(join(folder, 'a.txt'), 'one\ntwo\none\n')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('a proposed change', () => {
  test.each([
    ['edit', { file_path: 'a.txt', old_string: 'two', new_string: '$& 2' }, 'one\n$& 2\none\n'],
    ['edit', { file_path: 'a.txt', old_string: 'one', new_string: '1', replace_all: true }, '1\ntwo\n1\n'],
    ['write', { file_path: 'a.txt', content: 'new' }, 'new'],
    ['patch', { file_path: 'a.txt', diff: '@@ -1,3 +1,2 @@\n one\n-two\n one\n' }, 'one\none\n'],
  ])('of %s %j', async (name, args, after) => {
    expect(await proposedChange(folder, name, args)).toEqual({ path: 'a.txt', before: 'one\ntwo\none\n', after })
  })

  test('of a new file has nothing before it', async () => {
    expect(await proposedChange(folder, 'write', { file_path: 'b.txt', content: 'x' })).toEqual({
      path: 'b.txt',
      before: undefined,
      after: 'x',
    })
  })

  test.each([
    ['edit', { file_path: 'a.txt', old_string: 'three', new_string: '3' }],
    ['edit', { file_path: 'none.txt', old_string: 'a', new_string: 'b' }],
    ['patch', { file_path: 'a.txt', diff: '@@ -1,1 +1,1 @@\n-nine\n+ten\n' }],
    ['bash', { command: 'rm a.txt' }],
  ])('cannot be told for %s %j: its arguments are shown instead', async (name, args) => {
    expect(await proposedChange(folder, name, args)).toBeUndefined()
  })
})

test('changes are told by path, and what is no part of the project is passed over', async () => {
  const before = await takeSnapshot(folder)
  await mkdir(join(folder, '.seamfold'))
  await writeFile(join(folder, '.seamfold', 'sessions.db'), 'x')
  await writeFile(join(folder, 'a.txt'), 'three\n')
  await mkdir(join(folder, 'sub'))
  await writeFile(join(folder, 'sub', 'b.txt'), 'new\n')
  expect(changesBetween(before, await takeSnapshot(folder))).toEqual([
    { path: 'a.txt', before: 'one\ntwo\none\n', after: 'three\n' },
    { path: 'sub/b.txt', before: undefined, after: 'new\n' },
  ])
})

test('the sample is copied whole, and its tests really fail', async () => {
  const copy = await copySample()
  try {
    expect([...(await takeSnapshot(copy)).keys()]).toContain('package.json')
    const { passed, report } = await runTests(copy, AbortSignal.timeout(60_000))
    expect({ passed, failed: report?.failed }).toEqual({ passed: false, failed: 2 })
  } finally {
    await rm(dirname(copy), { recursive: true, force: true })
  }
})
