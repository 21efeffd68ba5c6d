/** Lets a child process run the sources of this repository without a build. */
import { registerHooks } from 'node:module'

const packages = new URL('../../../', import.meta.url)
const doors = {
  '@seamfold/core': 'core/src/index.ts',
  '@seamfold/core/kit': 'core/src/kit.ts',
  '@seamfold/core/testing': 'core/src/testing.ts',
  '@seamfold/store-sqlite': 'store-sqlite/src/index.ts',
}

registerHooks({
  resolve: (specifier, context, next) =>
    Object.hasOwn(doors, specifier) ? { url: new URL(doors[specifier], packages).href, shortCircuit: true } : next(specifier, context),
})
