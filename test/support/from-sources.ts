/** Lets a process that a test starts run the sources, as the tests do, without a build. */
import { flushCompileCache, registerHooks } from 'node:module'
import { DOORS } from './doors.ts'

registerHooks({
  resolve: (specifier, context, next) => next(DOORS.get(specifier)?.href ?? specifier, context),
})

// Such a process is often killed, and then would leave nothing of what it compiled to the next.
setInterval(flushCompileCache, 200).unref()
