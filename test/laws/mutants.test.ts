/** Every mutant is a change of the sources as they are: what it replaces stands there once. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { CHOKE_POINT_MUTANTS } from './choke-point-mutants.ts'
import { HOOK_ADAPTER_MUTANTS, HOOK_MUTANTS } from './hooks-mutants.ts'
import { ORDER_MUTANTS } from './order-mutants.ts'

test.each([...CHOKE_POINT_MUTANTS, ...ORDER_MUTANTS, ...HOOK_MUTANTS, ...HOOK_ADAPTER_MUTANTS])(
  'of $file, for "$kills"',
  ({ file, from }) => {
    const text = readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), 'utf8')
    expect(text.split(from)).toHaveLength(2)
  },
)
