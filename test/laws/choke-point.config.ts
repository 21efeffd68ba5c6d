/** The test configuration with one mutant in the sources, named by its number. */
import { mergeConfig, type ViteUserConfig } from 'vitest/config'
import base from '../../vitest.config.ts'
import { CHOKE_POINT_MUTANTS } from './choke-point-mutants.ts'

const mutant = CHOKE_POINT_MUTANTS[Number(process.env.SEAMFOLD_MUTANT)]
if (mutant === undefined) throw new Error(`There is no mutant '${process.env.SEAMFOLD_MUTANT}'`)

const config: ViteUserConfig = mergeConfig(base, {
  test: { fsModuleCache: false },
  plugins: [
    {
      name: 'mutant',
      enforce: 'pre',
      transform(code: string, id: string) {
        if (!id.endsWith(mutant.file)) return undefined
        if (code.split(mutant.from).length !== 2) throw new Error(`${mutant.file} does not hold once: ${mutant.from}`)
        return code.replace(mutant.from, () => mutant.to)
      },
    },
  ],
})

export default config
