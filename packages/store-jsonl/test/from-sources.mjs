/** Lets a child process run the sources, as the tests do, without a build. */
import { registerHooks } from 'node:module'

const kit = new URL('../../core/src/kit.ts', import.meta.url).href

registerHooks({
  resolve: (specifier, context, next) => next(specifier === '@seamfold/core/kit' ? kit : specifier, context),
})
