/** Lets a child process run the sources, as the tests do, without a build. */
import { registerHooks } from 'node:module'

const doors = {
  '@seamfold/core': 'index.ts',
  '@seamfold/core/kit': 'kit.ts',
  '@seamfold/core/testing': 'testing.ts',
}

registerHooks({
  resolve(specifier, context, next) {
    const door = doors[specifier]
    return next(door === undefined ? specifier : new URL(`../../core/src/${door}`, import.meta.url).href, context)
  },
})
