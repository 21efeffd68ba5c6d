/** Hook executors that break one promise each: the suite must reject every one of them, by the case that is named. */
import type { HookDecision, HookExecutor } from '../ports/hook-executor.ts'
import { neverAborted } from './agent-executor-fixtures.ts'
import type { Candidate } from './conformance.ts'
import type { HookHandler, HookSubject } from './hook-executor-suite.ts'

/** A broken hook executor, and the id of the case that finds it out. */
export interface HookMutant extends Candidate<HookSubject> {
  readonly killedBy: string
}

type Fire = HookExecutor['fire']

const sound =
  (handler: HookHandler): Fire =>
  async (event, options) => {
    options.signal.throwIfAborted()
    return handler(event, options)
  }

const mutant = (name: string, killedBy: string, breakIt: (fire: Fire, handler: HookHandler) => Fire): HookMutant => ({
  name,
  killedBy,
  create: () => ({ through: async (handler) => ({ contract: 1, fire: breakIt(sound(handler), handler) }) }),
})

const proceed: HookDecision = { decision: 'continue' }

/** Every mutant is rejected by the case in its `killedBy`. */
export const hookExecutorMutants: readonly HookMutant[] = [
  mutant(
    'answers though there is nothing to say',
    'hook.silent',
    (fire) => async (event, options) => (await fire(event, options)) ?? proceed,
  ),
  mutant(
    'loses the arguments of a call',
    'hook.event',
    (fire) => (event, options) => fire('input' in event ? { ...event, input: {} } : event, options),
  ),
  mutant(
    'never tells what happened after',
    'hook.event',
    (fire) => async (event, options) => (event.hook.startsWith('post_') ? undefined : fire(event, options)),
  ),
  mutant(
    'knows the hooks of yesterday only',
    'hook.event',
    (fire) => async (event, options) => (/^(?:pre|post)_/.test(event.hook) ? fire(event, options) : undefined),
  ),
  mutant('loses whose session it is', 'hook.event', (fire) => (event, options) => fire({ ...event, metadata: {} }, options)),
  mutant('loses replaced arguments', 'hook.decision', (fire) => async (event, options) => {
    const said = await fire(event, options)
    return said?.decision === 'continue' ? proceed : said
  }),
  mutant('loses the reason', 'hook.decision', (fire) => async (event, options) => {
    const said = await fire(event, options)
    return said?.decision === 'block' ? { ...said, reason: 'blocked' } : said
  }),
  mutant('takes an empty prompt for none', 'hook.decision', (fire) => async (event, options) => {
    const said = await fire(event, options)
    return said?.decision === 'continue' && said.prompt === '' ? proceed : said
  }),
  mutant('gives every caller the newest answer', 'hook.concurrent', (fire) => {
    let newest: Promise<HookDecision | undefined> = Promise.resolve(undefined)
    return async (event, options) => {
      newest = fire(event, options)
      await newest
      return newest
    }
  }),
  mutant(
    'lets an action pass when its hook breaks',
    'hook.fail_closed',
    (fire) => (event, options) =>
      fire(event, options).catch((error: unknown) => {
        options.signal.throwIfAborted()
        return error instanceof Error ? undefined : proceed
      }),
  ),
  mutant(
    'makes a decision of a broken report',
    'hook.fail_open',
    (fire) => (event, options) =>
      fire(event, options).catch((error: unknown) => {
        options.signal.throwIfAborted()
        return { decision: 'block', reason: String(error) }
      }),
  ),
  mutant('swallows the abort', 'hook.cancel', (fire) => (event, options) => {
    options.signal.throwIfAborted()
    return fire(event, { signal: neverAborted() })
  }),
  mutant(
    'rejects with an error of its own',
    'hook.cancel',
    (fire) => (event, options) =>
      fire(event, options).catch((error: unknown) => Promise.reject(new Error('hook failed', { cause: error }))),
  ),
  mutant('asks though cancelled', 'hook.cancelled_before', (_fire, handler) => async (event, options) => {
    const said = await handler(event, options)
    options.signal.throwIfAborted()
    return said
  }),
]
