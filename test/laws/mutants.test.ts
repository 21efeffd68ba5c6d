/** Every mutant is a change of the sources as they are: what it replaces stands there once. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { LAWS } from './laws.ts'

test.each(Object.values(LAWS).flatMap(({ mutants }) => mutants))('of $file, for "$kills"', ({ file, from }) => {
  const text = readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), 'utf8')
  expect(text.split(from)).toHaveLength(2)
})
