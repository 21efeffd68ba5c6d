/** What the command says of itself. */
import { expect, test } from 'vitest'
import { seamfold } from './command.ts'

test('every command stands under a heading that says what it is for', async () => {
  const { code, stdout } = await seamfold(['--help'])
  expect(code).toBe(0)
  const headings = stdout.split('\n').filter((line) => /^\S.*:$/.test(line))
  expect(headings).toEqual(['Options:', 'Work:', 'What happened, and what may happen:', 'Around it:', 'Examples:'])
  expect(stdout.indexOf('  run ')).toBeLessThan(stdout.indexOf('  sessions '))
})
