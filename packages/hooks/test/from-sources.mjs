/** Lets a child process run the sources, as the tests do, without a build. */
import { registerHooks } from 'node:module'

const doors = { '@seamfold/core': 'index', '@seamfold/core/kit': 'kit', '@seamfold/core/testing': 'testing' }
const source = (name) => new URL(`../../core/src/${name}.ts`, import.meta.url).href

registerHooks({
  resolve: (specifier, context, next) => next(specifier in doors ? source(doors[specifier]) : specifier, context),
})
