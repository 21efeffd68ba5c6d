/** The test configuration with one mutant of a law in the sources, named by its number. */
import { mergeConfig, type ViteUserConfig } from 'vitest/config'
import base from '../../vitest.config.ts'
import { CHOKE_POINT_MUTANTS } from './choke-point-mutants.ts'
import { HOOK_ADAPTER_MUTANTS, HOOK_MUTANTS } from './hooks-mutants.ts'
import type { Law, Mutant } from './mutant.ts'
import { ORDER_MUTANTS } from './order-mutants.ts'

const laws: Readonly<Record<Law, readonly Mutant[]>> = {
  'choke-point': CHOKE_POINT_MUTANTS,
  order: ORDER_MUTANTS,
  hooks: HOOK_MUTANTS,
  'hook-adapters': HOOK_ADAPTER_MUTANTS,
}
const { SEAMFOLD_LAW: law = '', SEAMFOLD_MUTANT: number } = process.env
const mutant = laws[law as Law]?.[Number(number)]
if (mutant === undefined) throw new Error(`The law '${law}' has no mutant '${number}'`)

const plugins: NonNullable<ViteUserConfig['plugins']> = [
  {
    name: 'mutant',
    enforce: 'pre',
    configureVitest({ defineCacheKeyGenerator }) {
      defineCacheKeyGenerator(({ id }) => (id.endsWith(mutant.file) ? false : 'laws'))
    },
    transform(code: string, id: string) {
      if (!id.endsWith(mutant.file)) return undefined
      if (code.split(mutant.from).length !== 2) throw new Error(`${mutant.file} does not hold once: ${mutant.from}`)
      return code.replace(mutant.from, () => mutant.to)
    },
  },
]

// What no mutant changes is transformed once for all of them, and what a mutant makes wait for ever is red soon.
const config: ViteUserConfig = mergeConfig(base, { test: { fsModuleCache: true, testTimeout: 5000, hookTimeout: 5000 }, plugins })

export default config
