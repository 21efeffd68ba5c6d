/** What a local workspace promises about its files. */
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { isAgentError } from '@seamfold/core/kit'
import { describe, expect, test } from 'vitest'
import { localWorkspace, type Workspace } from '@seamfold/tools'
import { digest } from '../src/text/digest.ts'
import { wholeFile } from '../src/text/whole-text.ts'
import { temporaryDirectory } from './support.ts'

const kindOf = async (doing: Promise<unknown>): Promise<unknown> =>
  doing.then(
    () => 'done',
    (error: unknown) => (isAgentError(error) ? error.details['kind'] : error),
  )

const text = async (workspace: Workspace, path: string): Promise<string> => (await wholeFile(workspace, path)).toString()

describe('a workspace is refused at once when its root', () => {
  test.each([
    ['does not exist', (root: string) => join(root, 'missing'), /there is nothing at .*missing\. Make the directory first/],
    ['is a file', (root: string) => join(root, 'file'), /is not a directory/],
    ['is empty', () => '', /is not a directory/],
  ])('%s', (_, place, message) => {
    const root = temporaryDirectory({ file: '' })
    expect(() => localWorkspace(place(root))).toThrow(message)
  })
})

describe('paths', () => {
  test('are relative to the root, normalised, with links followed', async () => {
    const root = temporaryDirectory({ 'src/a.ts': 'a' })
    symlinkSync('src', join(root, 'link'))
    const workspace = localWorkspace(root)
    expect(await workspace.resolve('./src//../src/a.ts')).toBe('src/a.ts')
    expect(await workspace.resolve(join(root, 'src/a.ts'))).toBe('src/a.ts')
    expect(await workspace.resolve('link/a.ts')).toBe('src/a.ts')
    expect(await workspace.resolve('link/new/b.ts')).toBe('src/new/b.ts')
    expect(await workspace.resolve('.')).toBe('.')
    expect(await workspace.resolve('src/..')).toBe('.')
  })

  test('may be absolute through a link to the root', async () => {
    const root = temporaryDirectory({ 'real/a.ts': 'a' })
    symlinkSync('real', join(root, 'alias'))
    const workspace = localWorkspace(join(root, 'alias'))
    expect(await workspace.resolve(join(root, 'alias/a.ts'))).toBe('a.ts')
    expect(await workspace.resolve(join(root, 'real/a.ts'))).toBe('a.ts')
  })

  test.each([
    '..',
    '../x',
    'src/../../x',
    '/etc/passwd',
    '/',
    'out',
    'out/secret',
    'out/new/file',
    'out-file',
    'dangling',
    'dangling/x',
    'chain',
  ])('%s leads outside and is refused for everything', async (path) => {
    const outside = temporaryDirectory({ secret: 's' })
    const root = temporaryDirectory({ 'src/a.ts': 'a' })
    symlinkSync(outside, join(root, 'out'))
    symlinkSync(join(outside, 'secret'), join(root, 'out-file'))
    symlinkSync(join(outside, 'not-yet'), join(root, 'dangling'))
    symlinkSync('src/../out', join(root, 'chain'))
    const workspace = localWorkspace(root)
    expect(await kindOf(workspace.resolve(path))).toBe('permission_denied')
    expect(await kindOf(workspace.stat(path))).toBe('permission_denied')
    expect(await kindOf(workspace.list(path))).toBe('permission_denied')
    expect(await kindOf(wholeFile(workspace, path))).toBe('permission_denied')
    expect(await kindOf(workspace.writeFile(path, Buffer.from('!')))).toBe('permission_denied')
    expect(readdirSync(outside)).toEqual(['secret'])
    expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('s')
  })

  test('beside the root with the same beginning are outside', async () => {
    const root = temporaryDirectory({ 'work/a': 'a', 'work-secret/b': 'b' })
    expect(await kindOf(localWorkspace(join(root, 'work')).resolve('../work-secret/b'))).toBe('permission_denied')
  })

  test('with a NUL byte, or empty, are refused', async () => {
    const workspace = localWorkspace(temporaryDirectory())
    expect(await kindOf(workspace.resolve('a\0b'))).toBe('invalid_input')
    expect(await kindOf(workspace.resolve(''))).toBe('invalid_input')
  })

  test('that go round in links are refused', async () => {
    const root = temporaryDirectory()
    symlinkSync('b', join(root, 'a'))
    symlinkSync('a', join(root, 'b'))
    expect(await kindOf(localWorkspace(root).resolve('a'))).toBe('permission_denied')
  })

  test('whose middle is a file name nothing', async () => {
    const workspace = localWorkspace(temporaryDirectory({ file: '' }))
    expect(await kindOf(workspace.resolve('file/x'))).toBe('not_found')
  })
})

describe('reading', () => {
  test('gives the bytes, large files too', async () => {
    const content = 'x'.repeat(700_000)
    expect(await text(localWorkspace(temporaryDirectory({ big: content })), 'big')).toBe(content)
  })

  test('refuses a pipe without waiting for a writer', async () => {
    const root = temporaryDirectory()
    execFileSync('mkfifo', [join(root, 'pipe')])
    expect(await kindOf(wholeFile(localWorkspace(root), 'pipe'))).toBe('unsupported')
    expect(await kindOf(localWorkspace(root).writeFile('pipe', Buffer.from('x')))).toBe('unsupported')
  })

  test('says what is missing and what is a directory', async () => {
    const workspace = localWorkspace(temporaryDirectory({ 'src/a': '' }))
    expect(await kindOf(wholeFile(workspace, 'nothing'))).toBe('not_found')
    expect(await kindOf(wholeFile(workspace, 'src'))).toBe('invalid_input')
    expect(await kindOf(workspace.list('src/a'))).toBe('not_found')
  })

  test('lists names in order with their kind', async () => {
    const root = temporaryDirectory({ b: '12', 'a/x': '' })
    symlinkSync('b', join(root, 'c'))
    expect(await localWorkspace(root).list('.')).toEqual([
      { name: 'a', kind: 'directory' },
      { name: 'b', kind: 'file', size: 2 },
      { name: 'c', kind: 'link', target: 'b' },
    ])
  })
})

describe('writing', () => {
  test('makes directories and leaves nothing else behind', async () => {
    const root = temporaryDirectory()
    await localWorkspace(root).writeFile('a/b/c.txt', Buffer.from('hello'))
    expect(readFileSync(join(root, 'a/b/c.txt'), 'utf8')).toBe('hello')
    expect(readdirSync(join(root, 'a/b'))).toEqual(['c.txt'])
  })

  test('keeps the permissions of a file that was there', async () => {
    const root = temporaryDirectory({ run: 'old' })
    chmodSync(join(root, 'run'), 0o751)
    await localWorkspace(root).writeFile('run', Buffer.from('new'))
    expect(statSync(join(root, 'run')).mode & 0o777).toBe(0o751)
  })

  test('replaces what a link inside points to, not the link', async () => {
    const root = temporaryDirectory({ 'real.txt': 'old' })
    symlinkSync('real.txt', join(root, 'link'))
    await localWorkspace(root).writeFile('link', Buffer.from('new'))
    expect(readFileSync(join(root, 'real.txt'), 'utf8')).toBe('new')
    expect(await localWorkspace(root).list('.')).toContainEqual({ name: 'link', kind: 'link', target: 'real.txt' })
  })

  test('does not touch another name of the same file', async () => {
    const outside = temporaryDirectory({ secret: 's' })
    const root = temporaryDirectory()
    execFileSync('ln', [join(outside, 'secret'), join(root, 'hard')])
    await localWorkspace(root).writeFile('hard', Buffer.from('new'))
    expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('s')
  })

  test('refuses a directory and a read-only file', async () => {
    const root = temporaryDirectory({ 'src/a': '', fixed: 'x' })
    chmodSync(join(root, 'fixed'), 0o444)
    const workspace = localWorkspace(root)
    expect(await kindOf(workspace.writeFile('src', Buffer.from('x')))).toBe('invalid_input')
    expect(await kindOf(workspace.writeFile('fixed', Buffer.from('y')))).toBe('permission_denied')
    expect(readFileSync(join(root, 'fixed'), 'utf8')).toBe('x')
  })

  test('only over the content that was expected', async () => {
    const root = temporaryDirectory({ a: 'one' })
    const workspace = localWorkspace(root)
    expect(await kindOf(workspace.writeFile('a', Buffer.from('two'), { replacing: digest('zero') }))).toBe('version_conflict')
    expect(await kindOf(workspace.writeFile('a', Buffer.from('two'), { replacing: null }))).toBe('version_conflict')
    expect(readdirSync(root)).toEqual(['a'])
    await workspace.writeFile('a', Buffer.from('two'), { replacing: digest('one') })
    await workspace.writeFile('b', Buffer.from('new'), { replacing: null })
    expect(await text(workspace, 'a')).toBe('two')
  })

  test('a reader sees the old content or the new, never a part', async () => {
    const root = temporaryDirectory({ a: 'x'.repeat(100_000) })
    const workspace = localWorkspace(root)
    const writes = (async () => {
      for (let round = 0; round < 30; round++) await workspace.writeFile('a', Buffer.from((round % 2 ? 'x' : 'y').repeat(100_000)))
    })()
    const seen = new Set<string>()
    for (let round = 0; round < 200; round++) {
      const now = readFileSync(join(root, 'a'), 'utf8')
      seen.add(`${now.length} ${now.replaceAll(now[0] ?? '', '').length}`)
    }
    await writes
    expect([...seen]).toEqual(['100000 0'])
  })
})

test('a directory that is swapped for a link while it is used leads nowhere outside', { timeout: 30_000 }, async () => {
  const outside = temporaryDirectory({ 'deep/a.txt': 'outside', 'deep/marker': '' })
  const root = temporaryDirectory({ 'real/deep/a.txt': 'inside' })
  const workspace = localWorkspace(root)
  const swapper = `
    import { renameSync, symlinkSync, unlinkSync } from 'node:fs'
    const [root, outside] = process.argv.slice(1)
    process.stdout.write('ready')
    for (;;) {
      renameSync(root + '/real', root + '/aside')
      symlinkSync(outside, root + '/real')
      unlinkSync(root + '/real')
      renameSync(root + '/aside', root + '/real')
    }`
  const child = spawn(process.execPath, ['--input-type=module', '-e', swapper, root, outside], { stdio: ['ignore', 'pipe', 'ignore'] })
  const seen = new Set<string>()
  try {
    await new Promise((resolve) => child.stdout.once('data', resolve))
    for (let round = 0; round < 600; round++) {
      const doing = [
        text(workspace, 'real/deep/a.txt'),
        workspace.writeFile('real/deep/n.txt', Buffer.from('written')).then(() => 'written'),
        workspace.list('real/deep').then((entries) => (entries.some(({ name }) => name === 'marker') ? 'outside' : 'listed')),
      ]
      for (const outcome of await Promise.allSettled(doing)) seen.add(outcome.status === 'fulfilled' ? outcome.value : 'refused')
    }
  } finally {
    child.kill('SIGKILL')
  }
  expect(seen).toContain('refused')
  expect(seen).not.toContain('outside')
  expect(readdirSync(join(outside, 'deep'))).toEqual(['a.txt', 'marker'])
})
