/** The places that programs are told of by their words, beside those that stand in the same place in every command. */
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
