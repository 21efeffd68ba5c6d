/** Every mutant is a change of the sources as they are: what it replaces stands there once, and what it says there means something. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { LAWS } from './laws.ts'

const mutants = Object.values(LAWS).flatMap((law) => law.mutants)
const root = fileURLToPath(new URL('../..', import.meta.url))
const sourceOf = (file: string): string => readFileSync(join(root, file), 'utf8')

test.each(mutants)('of $file, for "$kills"', ({ file, from }) => {
  expect(sourceOf(file).split(from)).toHaveLength(2)
})

// A name that nobody knows would turn any test red.
test('none uses a name that is not there', () => {
  const folder = mkdtempSync(join(tmpdir(), 'seamfold-mutants-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [index, { file, from, to }] of mutants.entries())
    writeFileSync(
      join(folder, `${index}.ts`),
      sourceOf(file).replace(from, () => to),
    )
  const config = join(folder, 'config.json')
  const environments = { builtin: true, node: true }
  writeFileSync(config, JSON.stringify({ categories: { correctness: 'off' }, rules: { 'no-undef': 'error' }, env: environments }))
  const { status, stdout } = spawnSync(join(root, 'node_modules/.bin/oxlint'), ['--config', config, folder], { encoding: 'utf8' })
  expect({ status, stdout }).toMatchObject({ status: 0 })
})
