/** The places that programs are told of by their words, beside those that stand in the same place in every command. */
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { localWorkspace } from '@seamfold/tools'
import { expect, test } from 'vitest'
import { shellAccess } from '../src/shell-grammar/shell-access.ts'
import { temporaryDirectory } from './support.ts'

test.each([
  ['cp -t a b c', ['read b', 'read c', 'write a']],
  ['cp -rta b', ['read b', 'write a']],
  ['ln a b', ['read a', 'write a', 'write b']],
  ['. a', ['read a']],
  ['gzip a', ['read a', 'write a']],
  ['gzip -dc a', ['read a']],
  ['zip a b', ['write a', 'read b']],
  ['cat /proc/self/cwd/a', ['read /']],
  ['cat /proc/cpuinfo', ['read /proc/cpuinfo']],
  ['cp a /dev/stdin', ['read a', 'write /']],
  ['a < b > /dev/stdin', ['read b', 'write /']],
  ['a < /dev/stdin > /dev/stdout 2> /dev/null', []],
  ['git checkout -- a', ['write a']],
  ['git checkout a', ['write .']],
  ['git restore -s HEAD a', ['write a']],
  ['git rm a', ['write a']],
])('%j: %j', async (line, places) => {
  const accesses = await shellAccess(localWorkspace(temporaryDirectory()))(line)
  expect(accesses.flatMap((access) => ('path' in access && !('perhaps' in access) ? `${access.kind} ${access.path}` : []))).toEqual(places)
})

test('where links lead that a pattern may match is perhaps touched, and nothing where there are none', async () => {
  const root = temporaryDirectory({ 'secret/a': '', 'pub/b/c': '', 'pub/d': '' })
  symlinkSync('../secret', join(root, 'pub/way'))
  symlinkSync('/etc', join(root, 'pub/b/away'))
  const accessOf = shellAccess(localWorkspace(root))
  const perhaps = async (line: string): Promise<readonly string[]> =>
    (await accessOf(line)).flatMap((access) => ('perhaps' in access ? `${access.path}${access.below === true ? '/**' : ''}` : []))
  expect(await perhaps('cat pub/*')).toEqual(['secret/**'])
  expect(await perhaps('cat pub/*/x')).toEqual(['secret/**', '/etc/**'])
  expect(await perhaps('grep -R x pub')).toEqual(['secret/**', '/etc/**'])
  expect(await perhaps('grep -r x pub')).toEqual([])
  expect(await perhaps('cat secret/*')).toEqual([])
})

test('where there are too many names it is perhaps anything', async () => {
  const root = temporaryDirectory(Object.fromEntries(Array.from({ length: 2_001 }, (_, index) => [`many/${index}`, ''])))
  const accesses = await shellAccess(localWorkspace(root))('cat many/*')
  expect(accesses.slice(1)).toEqual([
    { kind: 'read', path: 'many', by: 'cat many/*', below: true },
    { kind: 'write', path: '/', by: 'cat many/*', perhaps: true },
  ])
})
