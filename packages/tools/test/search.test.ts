/** What glob and grep promise, with ripgrep and without. */
import { execFileSync } from 'node:child_process'
import { chmodSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { globTool, grepTool, localWorkspace, type Workspace } from '@seamfold/tools'
import { localSearch } from '../src/search/local-search.ts'
import { eachWay, grep } from './support-search.ts'
import { call, temporaryDirectory, textOf } from './support.ts'

const glob = (workspace: Workspace, input: { pattern: string; path?: string }): Promise<string> =>
  call(globTool(workspace, workspace.search!), input).then(textOf)
describe('glob', () => {
  test('finds files by path, sorted, hidden ones too, and never those of git', async () => {
    await eachWay({ 'b/x.ts': '', 'a.ts': '', '.github/x.ts': '', '.git/x.ts': '', 'b/.git/y.ts': '', 'B.ts': '' }, async (workspace) => {
      expect(await glob(workspace, { pattern: '**/*.ts' })).toBe('.github/x.ts\nB.ts\na.ts\nb/x.ts')
      expect(await glob(workspace, { pattern: '*.ts' })).toBe('.github/x.ts\nB.ts\na.ts\nb/x.ts')
      expect(await glob(workspace, { pattern: './b/*.ts' })).toBe('b/x.ts')
      expect(await glob(workspace, { pattern: '*.ts', path: 'b' })).toBe('b/x.ts')
      expect(await glob(workspace, { pattern: '*.{js,py}' })).toBe('No files match *.{js,py}')
    })
  })

  test('lists a name that would be more than one line as JSON', async () => {
    const odd = 'd\nd/a\nb.ts'
    await eachWay({ 'c.ts': '', [odd]: 'two\n', '"q.ts': '', 'e\u001b[2J.ts': '', 'é b.ts': '' }, async (workspace) => {
      const shown = ['"\\"q.ts"', 'c.ts', JSON.stringify(odd), '"e\\u001b[2J.ts"', 'é b.ts']
      expect((await glob(workspace, { pattern: '**' })).split('\n')).toEqual(shown)
      expect((await glob(workspace, { pattern: '*.ts' })).split('\n')).toEqual(shown)
      expect((await glob(workspace, { pattern: '**/a*' })).split('\n')).toEqual([JSON.stringify(odd)])
      expect(await grep(workspace, { pattern: 'two' })).toContain(`> ${JSON.stringify(odd)}:1: two`)
    })
  })

  test('respects ignore files, nested and negated, in a tree that is no repository', async () => {
    await eachWay(
      {
        '.gitignore': 'node_modules/\n*.log\n!keep.log\n/only-root\ndocs/*.md\n',
        '.ignore': 'private\n',
        'a.log': '',
        'keep.log': '',
        'only-root': '',
        'sub/only-root': '',
        'private/x': '',
        'docs/a.md': '',
        'docs/deep/a.md': '',
        'node_modules/p/i.js': '',
        'sub/node_modules/q/i.js': '',
        'sub/.gitignore': '!b.log\nsecret\n',
        'sub/b.log': '',
        'sub/c.log': '',
        'sub/secret': '',
      },
      async (workspace) => {
        expect((await glob(workspace, { pattern: '**' })).split('\n')).toEqual([
          '.gitignore',
          '.ignore',
          'docs/deep/a.md',
          'keep.log',
          'sub/.gitignore',
          'sub/b.log',
          'sub/only-root',
        ])
        expect((await glob(workspace, { pattern: '**', path: 'sub' })).split('\n')).toEqual([
          'sub/.gitignore',
          'sub/b.log',
          'sub/only-root',
        ])
        expect(await glob(workspace, { pattern: '*.js', path: 'node_modules' })).toBe('node_modules/p/i.js')
      },
    )
  })

  test('judges a part of the tree by what the ignore files above say', async () => {
    await eachWay(
      { '.gitignore': '*.log\n', 'sub/a.log': '', 'sub/a.txt': '', 'sub/in/.gitignore': '!b.log\n', 'sub/in/b.log': '' },
      async (workspace) => {
        expect(await glob(workspace, { pattern: '**', path: 'sub' })).toBe('sub/a.txt\nsub/in/.gitignore\nsub/in/b.log')
      },
    )
  })

  test('does not follow links and skips what is no file', async () => {
    await eachWay({ 'real/x': '' }, async (workspace, root) => {
      if (!(await workspace.stat('loop'))) {
        symlinkSync('.', join(root, 'loop'))
        symlinkSync('/etc', join(root, 'etc'))
        symlinkSync('real/x', join(root, 'link'))
        execFileSync('mkfifo', [join(root, 'pipe')])
      }
      expect(await glob(workspace, { pattern: '**' })).toBe('real/x')
    })
  })

  test('says when there are more than a thousand', async () => {
    await eachWay(Object.fromEntries(Array.from({ length: 1_005 }, (_, index) => [`f${index}`, ''])), async (workspace) => {
      expect(await glob(workspace, { pattern: '*' })).toMatch(/\n\[the first 1000 of 1005; narrow the pattern\]$/)
    })
  })
})

describe('grep', () => {
  const files = {
    'src/a.ts': 'one\ntwo\nthree\nfour\nfive\n',
    'src/b.ts': 'TWO\r\ntwo\r\n',
    'lib/c.js': 'two',
    'bin/d': 'two\0two',
    'ignored/e': 'two',
    '.ignore': 'ignored\n',
  }

  test('gives every matching line with its place, and counts', async () => {
    await eachWay(files, async (workspace) => {
      expect(await grep(workspace, { pattern: '^two$' })).toBe(
        '> lib/c.js:1: two\n> src/a.ts:2: two\n> src/b.ts:2: two\n\n3 matches in 3 files',
      )
      expect(await grep(workspace, { pattern: '^two$', '-i': true, glob: '*.ts' })).toBe(
        '> src/a.ts:2: two\n> src/b.ts:1: TWO\n> src/b.ts:2: two\n\n3 matches in 2 files',
      )
      expect(await grep(workspace, { pattern: 'two', path: 'lib' })).toBe('> lib/c.js:1: two\n\n1 match in 1 file')
      expect(await grep(workspace, { pattern: 'two', path: 'ignored/e' })).toBe('> ignored/e:1: two\n\n1 match in 1 file')
      expect(await grep(workspace, { pattern: 'seven' })).toBe('No matches found for pattern: seven')
    })
  })

  test('shows lines around matches once, groups apart', async () => {
    await eachWay({ f: '1\n2\nx\n4\n5\n6\n7\nx\n9\nx\n11\n' }, async (workspace) => {
      expect(await grep(workspace, { pattern: 'x', context: 1 })).toBe(
        '  f:2: 2\n> f:3: x\n  f:4: 4\n--\n  f:7: 7\n> f:8: x\n  f:9: 9\n> f:10: x\n  f:11: 11\n\n3 matches in 1 file',
      )
    })
  })

  test('reads patterns as people write them', async () => {
    await eachWay({ f: 'interface{}\nfn main() -> Result<()> {\nfoo-bar\na\tb\nx]y\n3 apples\né\n' }, async (workspace) => {
      const lines = async (pattern: string): Promise<string[]> =>
        [...(await grep(workspace, { pattern })).matchAll(/^> f:(\d+)/gm)].map(([, line]) => line ?? '')
      expect(await lines('interface{}')).toEqual(['1'])
      expect(await lines('fn \\w+\\(\\)')).toEqual(['2'])
      expect(await lines('foo\\-bar')).toEqual(['3'])
      expect(await lines('a[[:space:]]b')).toEqual(['4'])
      expect(await lines('x]y')).toEqual(['5'])
      expect(await lines('(?i)APPLES')).toEqual(['6'])
      expect(await lines('^\\d (?=apples)')).toEqual(['6'])
      expect(await lines('(?P<letter>o)\\k<letter>')).toEqual(['3'])
      expect(await lines('^.$')).toEqual(['7'])
      expect(await lines('^\\p{L}$')).toEqual(['7'])
      expect(await lines('(foo|main)')).toEqual(['2', '3'])
    })
  })

  test('refuses a pattern that is none before it looks at anything', async () => {
    const workspace = localWorkspace(temporaryDirectory())
    for (const pattern of ['(', '[a', 'a**', '\\', '(?<n', 'x{3,1}', '*a']) {
      expect(await grep(workspace, { pattern, path: 'does/not/exist' })).toMatch(/is not a regular expression: /)
    }
  })

  test('gives up on a pattern that backtracks without end', async () => {
    const workspace = localWorkspace(temporaryDirectory({ f: `${'a'.repeat(50_000)}!` }), { ripgrep: null })
    const result = await call(grepTool(workspace, workspace.search!), { pattern: '^(a+)+$' })
    expect(result).toMatchObject({ isError: true, errorKind: 'timeout' })
    expect(textOf(result)).toMatch(/took more than a second on f: it backtracks too much/)
  })

  test('gives up on a glob that backtracks without end', async () => {
    const workspace = localWorkspace(temporaryDirectory({ ['a'.repeat(200)]: 'a' }), { ripgrep: null })
    const stars = '**/*a*a*a*a*a*a*a*a*b'
    for (const result of [
      await call(globTool(workspace, workspace.search!), { pattern: stars }),
      await call(grepTool(workspace, workspace.search!), { pattern: 'a', glob: stars }),
    ]) {
      expect(result).toMatchObject({ isError: true, errorKind: 'timeout' })
      expect(textOf(result)).toMatch(/^The glob took more than a second on a+: it backtracks too much/)
    }
  })

  test('goes on without a ripgrep that does not end', async () => {
    const root = temporaryDirectory({ f: 'needle', 'never.sh': '#!/bin/sh\nexec sleep 60\n' })
    chmodSync(join(root, 'never.sh'), 0o755)
    const search = localSearch({ root, ripgrep: join(root, 'never.sh'), ripgrepMs: 50 })
    expect(await search.files({ path: '.', signal: new AbortController().signal })).toEqual({ paths: ['f', 'never.sh'] })
  })

  test('ends its output at 96 KiB and says so', async () => {
    await eachWay({ f: `${'match '.repeat(20)}\n`.repeat(2_000) }, async (workspace) => {
      const text = await grep(workspace, { pattern: 'match' })
      expect(text.length).toBeLessThan(100 * 1024)
      expect(text).toMatch(/matches in 1 file\n\[cut at 98304 bytes, there are more matches/)
    })
  })

  test('finds lines in large files without reading them whole', async () => {
    await eachWay({ f: `${'filler line\n'.repeat(200_000)}needle\n${'x'.repeat(1_000_000)}\nneedle again\n` }, async (workspace) => {
      expect(await grep(workspace, { pattern: '^needle' })).toBe('> f:200001: needle\n> f:200003: needle again\n\n2 matches in 1 file')
    })
  })

  test('stops when it is cancelled', async () => {
    await eachWay({ f: 'x' }, async (workspace) => {
      const controller = new AbortController()
      controller.abort(new Error('enough'))
      await expect(call(grepTool(workspace, workspace.search!), { pattern: 'x' }, { signal: controller.signal })).rejects.toThrow('enough')
    })
  })

  test('says that a place does not exist, and refuses one outside', async () => {
    const workspace = localWorkspace(temporaryDirectory())
    expect(await grep(workspace, { pattern: 'x', path: 'nothing' })).toMatch(/nothing does not exist/)
    expect(await grep(workspace, { pattern: 'x', path: '..' })).toMatch(/outside of the workspace/)
  })
})
