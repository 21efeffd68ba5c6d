/** What a model writes never becomes a command that git runs unasked. */
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, symlinkSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { codingTools } from '@seamfold/tools'
import { call, fill, named, temporaryDirectory, textOf } from './support.ts'

const readings = [
  { command: 'status' },
  { command: 'diff' },
  { command: 'diff', target: 'HEAD' },
  { command: 'diff', staged: true },
  { command: 'log', path: 'a.txt' },
  { command: 'branch' },
  { command: 'remote' },
  { command: 'stash' },
  { command: 'worktree' },
] as const

const gitIn = (cwd: string, ...words: string[]): string =>
  execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.com', '-c', 'protocol.file.allow=always', ...words], {
    cwd,
    encoding: 'utf8',
    stdio: 'pipe',
  })

/** A repository with one commit; `owned` is the file that a command of the configuration would make. */
const setUp = () => {
  const root = temporaryDirectory({ 'a.txt': 'one\n' })
  const inRepository = (...words: string[]): string => gitIn(root, ...words)
  inRepository('init', '--quiet', '--initial-branch=main')
  inRepository('add', '.')
  inRepository('commit', '--quiet', '--message=first')
  const tools = codingTools({ workspace: root })
  const owned = join(root, 'owned')
  const touch = `touch ${owned};`
  const readAll = async (): Promise<readonly string[]> => {
    const texts: string[] = []
    for (const reading of readings) texts.push(textOf(await call(named(tools, 'git'), reading)))
    return texts
  }
  return { root, tools, inRepository, touch, readAll, isOwned: () => existsSync(owned) }
}

describe('reading with git runs nothing', () => {
  test.each([
    ['filter.evil.clean', 'cat'],
    ['filter.evil.process', 'false'],
    ['filter.EVIL name; $(x) "q".clean', 'cat'],
    ['filter.evil.required', ''],
  ])('that is configured as %s', async (key, then) => {
    const { root, inRepository, touch, readAll, isOwned } = setUp()
    const [, filter = ''] = /^filter\.(.*)\.\w+$/.exec(key) ?? []
    inRepository('config', `filter.${filter}.clean`, `${touch} cat`)
    inRepository('config', `filter.${filter}.required`, 'true')
    if (then !== '') inRepository('config', key, `${touch} ${then}`)
    // An attribute has no room for other characters; such a filter is only to be named in the configuration.
    fill(root, { '.gitattributes': `*.txt filter=${/^\w+$/.test(filter) ? filter : 'none'}\n`, 'a.txt': 'two\n' })
    const texts = await readAll()
    expect(isOwned()).toBe(false)
    expect(texts[1]).toContain('-one\n+two\n')
  })

  test('that a file of the workspace names, which the configuration includes', async () => {
    const { root, tools, inRepository, touch, readAll, isOwned } = setUp()
    inRepository('config', 'include.path', '../shared.gitconfig')
    const content = `[filter "evil"]\n\tclean = "${touch} cat"\n[core]\n\thooksPath = hooks\n\tfsmonitor = "${touch} false"\n`
    for (const [file_path, text] of [
      ['shared.gitconfig', content],
      ['.gitattributes', '* filter=evil\n'],
      ['a.txt', 'two\n'],
    ] as const)
      expect((await call(named(tools, 'write'), { file_path, content: text })).isError).toBe(false)
    fill(root, { 'hooks/post-index-change': `#!/bin/sh\n${touch}\n` })
    chmodSync(join(root, 'hooks/post-index-change'), 0o755)
    const texts = await readAll()
    expect(isOwned()).toBe(false)
    expect(texts[1]).toContain('-one\n+two\n')
  })

  test('where a filter has a name that cannot be overridden: it is refused, with the way out', async () => {
    const { inRepository, touch, readAll, isOwned, root } = setUp()
    inRepository('config', 'filter.a=b.clean', `${touch} cat`)
    fill(root, { '.gitattributes': '*.txt filter=a=b\n', 'a.txt': 'two\n' })
    for (const text of await readAll()) expect(text).toContain('filter.a=b.clean')
    expect(isOwned()).toBe(false)
  })

  test('inside of a submodule', async () => {
    const { root, inRepository, touch, readAll, isOwned } = setUp()
    const other = temporaryDirectory({ 'b.txt': 'one\n' })
    for (const words of [
      ['init', '--quiet'],
      ['add', '.'],
      ['commit', '--quiet', '--message=b'],
    ])
      gitIn(other, ...words)
    inRepository('submodule', '--quiet', 'add', other, 'sub')
    inRepository('commit', '--quiet', '--message=sub')
    const inSubmodule = (...words: string[]): string => gitIn(join(root, 'sub'), ...words)
    fill(root, { 'sub/b.txt': 'more\n' })
    inSubmodule('commit', '--quiet', '--all', '--message=more')
    inSubmodule('config', 'filter.evil.clean', `${touch} cat`)
    inSubmodule('config', 'core.fsmonitor', `${touch} false`)
    inSubmodule('config', 'diff.external', `${touch} true`)
    inRepository('config', 'diff.submodule', 'diff')
    inRepository('config', 'status.submoduleSummary', 'true')
    inRepository('config', 'submodule.sub.ignore', 'none')
    fill(root, { 'sub/.gitattributes': '* filter=evil\n', 'sub/b.txt': 'two\n' })
    const texts = await readAll()
    expect(isOwned()).toBe(false)
    expect([texts[0], texts[1]]).toEqual([expect.stringContaining(' M sub\n'), expect.stringContaining('+Subproject commit')])
  })

  test('to fetch what a partial clone lacks', async () => {
    const { root, inRepository, touch, readAll, isOwned } = setUp()
    inRepository('config', 'extensions.partialClone', 'evil')
    inRepository('config', 'remote.evil.promisor', 'true')
    inRepository('config', 'protocol.allow', 'always')
    inRepository('config', 'protocol.ext.allow', 'always')
    for (const url of [root, `ext::sh -c touch% ${root}/owned`]) {
      inRepository('config', 'remote.evil.url', url)
      inRepository('config', 'remote.evil.uploadpack', `${touch} git-upload-pack`)
      const [blob = ''] = inRepository('rev-parse', 'HEAD:a.txt').split('\n')
      execFileSync('rm', ['-f', join(root, '.git/objects', blob.slice(0, 2), blob.slice(2))])
      fill(root, { 'a.txt': 'two\n' })
      await readAll()
      expect(isOwned()).toBe(false)
    }
  })

  test('after files were touched, so that the index is refreshed', async () => {
    const { root, inRepository, touch, readAll, isOwned } = setUp()
    inRepository('config', 'core.hooksPath', 'hooks')
    inRepository('config', 'hook.evil.event', 'post-index-change')
    inRepository('config', 'hook.evil.command', touch)
    fill(root, { 'hooks/post-index-change': `#!/bin/sh\n${touch}\n` })
    chmodSync(join(root, 'hooks/post-index-change'), 0o755)
    utimesSync(join(root, 'a.txt'), 1, 1)
    await readAll()
    expect(isOwned()).toBe(false)
  })

  test('and shows nothing outside, where the workspace itself was made to look like a repository', async () => {
    const outside = temporaryDirectory({ secret: '' })
    const root = temporaryDirectory({ HEAD: 'ref: refs/heads/main\n', 'refs/x': '', 'objects/x': '' })
    fill(root, { config: `[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = ${outside}\n` })
    const status = await call(named(codingTools({ workspace: root }), 'git'), { command: 'status' })
    expect(textOf(status)).not.toContain('secret')
    expect(status.isError).toBe(true)
  })
})

describe('what git keeps is not written', () => {
  const places = [
    '.git/config',
    '.git/hooks/pre-commit',
    '.git/info/attributes',
    '.git/objects/info/alternates',
    './src/../.git/config',
    '.GIT/config',
    '.git./config',
    '.g\u200cit/config',
    'git~1/config',
    'link/config',
    'packages/inner/.git',
    'packages/inner/.git/config',
    'bare.git/config',
    'bare.git/hooks/post-checkout',
    'linked/config',
    'made/HEAD',
  ]
  test.each(places)('%s', async (path) => {
    const { root, tools, inRepository } = setUp()
    inRepository('init', '--quiet', '--bare', 'bare.git')
    symlinkSync('.git', join(root, 'link'))
    fill(root, { 'linked/HEAD': '', 'linked/commondir': '../.git', 'made/refs/x': '', 'made/objects/x': '' })
    const before = readFileSync(join(root, '.git/config'), 'utf8')
    const refused = { isError: true, errorKind: 'permission_denied' }
    const result = await call(named(tools, 'write'), { file_path: path, content: 'x' })
    expect(result).toMatchObject(refused)
    expect(textOf(result)).toMatch(/belongs to git, .* use bash/)
    expect(await call(named(tools, 'edit'), { file_path: path, old_string: 'core', new_string: 'x' })).toMatchObject({ isError: true })
    expect(readFileSync(join(root, '.git/config'), 'utf8')).toBe(before)
  })

  test('nor edited or patched', async () => {
    const { root, tools } = setUp()
    const before = readFileSync(join(root, '.git/config'), 'utf8')
    const [first = ''] = before.split('\n')
    const diff = `@@ -1 +1,2 @@\n ${first}\n+\tfsmonitor = x\n`
    const results = [
      await call(named(tools, 'edit'), { file_path: '.git/config', old_string: first, new_string: 'x' }),
      await call(named(tools, 'patch'), { file_path: '.git/config', diff }),
    ]
    for (const result of results) expect(result).toMatchObject({ isError: true, errorKind: 'permission_denied' })
    expect(readFileSync(join(root, '.git/config'), 'utf8')).toBe(before)
  })

  test.each(['.gitignore', '.gitattributes', '.github/workflows/ci.yml', 'src/git/config', 'objects/HEAD', 'my.git/readme', 'x.git'])(
    'but %s is',
    async (path) => {
      const { tools } = setUp()
      expect((await call(named(tools, 'write'), { file_path: path, content: 'x' })).isError).toBe(false)
    },
  )
})
