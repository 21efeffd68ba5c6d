/** Lets a child process run the sources of this repository without a build. */
import { registerHooks } from 'node:module'

const core = new URL('../../../core/src/', import.meta.url)
const doors = { '@seamfold/core': 'index.ts', '@seamfold/core/kit': 'kit.ts', '@seamfold/core/testing': 'testing.ts' }

registerHooks({
  resolve: (specifier, context, next) =>
    Object.hasOwn(doors, specifier) ? { url: new URL(doors[specifier], core).href, shortCircuit: true } : next(specifier, context),
})
