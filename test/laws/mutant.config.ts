/** The test configuration with one mutant in the sources: the one that the environment names when a file is read. */
import { mergeConfig, type ViteUserConfig } from 'vitest/config'
import base from '../../vitest.config.ts'
import type { Mutant } from './mutant.ts'

const mutantOf = (id: string): Mutant | undefined => {
  const mutant: Mutant | undefined = JSON.parse(process.env['SEAMFOLD_MUTANT'] ?? 'null') ?? undefined
  return mutant && id.endsWith(mutant.file) ? mutant : undefined
}

const plugins: NonNullable<ViteUserConfig['plugins']> = [
  {
    name: 'mutant',
    enforce: 'pre',
    configureVitest({ defineCacheKeyGenerator }) {
      defineCacheKeyGenerator(({ id }) => (mutantOf(id) ? false : 'laws'))
    },
    transform(code: string, id: string) {
      const mutant = mutantOf(id)
      if (mutant === undefined) return undefined
      if (code.split(mutant.from).length !== 2) throw new Error(`${mutant.file} does not hold once: ${mutant.from}`)
      return code.replace(mutant.from, () => mutant.to)
    },
  },
]

// What no mutant changes is transformed once for all of them, and what a mutant makes wait for ever is red soon.
const config: ViteUserConfig = mergeConfig(base, { test: { fsModuleCache: true, testTimeout: 5000, hookTimeout: 5000 }, plugins })

export default config
