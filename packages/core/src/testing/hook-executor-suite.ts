/** The promises of the hook seam as data: run it against your hook executor with `runConformance`. */
import type { HookDecision, HookEvent, HookExecutor } from '../ports/hook-executor.ts'
import { gate, neverAborted, untilAborted, within } from './agent-executor-fixtures.ts'
import { assert, assertEqual, assertRejectsWith } from './assert.ts'
import type { Case, Suite } from './conformance.ts'

/** What the far side says to a hook. */
export type HookHandler = (event: HookEvent, options: { readonly signal: AbortSignal }) => Promise<HookDecision | undefined>

/** What the suite judges: a way to a hook executor whose far side is the given handler. */
export interface HookSubject {
  through(handler: HookHandler): Promise<HookExecutor>
}

const place = { sessionId: 'session', runId: 'run', metadata: { agent: 'scout — “é😀”' } }
const call = { tool: 'write', callId: '4/0', input: { path: 'é😀', list: [1, null] }, accesses: [{ kind: 'write', path: 'é😀' }] } as const
const attempt = { turn: 2, provider: 'some', model: 'm-1' }
const usage = { input: 1, output: 2, cacheRead: 3, cacheWrite: 4, reasoning: 5 }
const request = { requestId: 'r', kind: 'confirmation', toolName: 'write', callId: '4.0', args: { path: 'é' }, accesses: [] } as const
const waiting = { ...request, reason: 'because', sessionId: 'session', runId: 'run' }
const end = { text: 'done', usage, cost: 0.25, waitingFor: [] }

const events: readonly HookEvent[] = [
  { hook: 'session_start', ...place },
  { hook: 'pre_prompt', ...place, prompt: 'do — “é😀”' },
  { hook: 'generate_start', ...place, ...attempt },
  { hook: 'generate_end', ...place, ...attempt, message: { role: 'assistant', content: [] }, usage, stopReason: 'end_turn' },
  { hook: 'on_rate_limit', ...place, ...attempt, message: 'slow down', details: { status: 429, retryAfterMs: 1 } },
  { hook: 'pre_tool_use', ...place, ...call },
  { hook: 'on_confirmation', ...place, request: waiting },
  { hook: 'post_tool_use', ...place, ...call, output: 'written\n', isError: false, exitCode: 0 },
  { hook: 'post_response', ...place, text: 'done' },
  { hook: 'on_success', ...place, ...end, reason: 'end_turn' },
  { hook: 'on_error', ...place, ...end, error: { code: 'llm_rejected', message: 'no', retryable: false } },
  { hook: 'on_cancel', ...place, ...end, reason: 'enough' },
  { hook: 'on_suspend', ...place, ...end, waitingFor: [waiting] },
]

const gating = events.filter(({ hook }) => hook.startsWith('pre_'))
const telling = events.filter(({ hook }) => !hook.startsWith('pre_'))
const signal = neverAborted()

const answers: Case<HookSubject>[] = [
  {
    id: 'hook.silent',
    title: 'nothing to say is undefined',
    async run({ through }) {
      const hooks = await through(async () => undefined)
      for (const event of events) assertEqual(await within(hooks.fire(event, { signal }), event.hook), undefined, event.hook)
    },
  },
  {
    id: 'hook.event',
    title: 'every hook arrives whole on the far side',
    async run({ through }) {
      const seen: HookEvent[] = []
      const hooks = await through(async (event) => void seen.push(event))
      for (const event of events) await within(hooks.fire(event, { signal }), event.hook)
      assertEqual(seen, events, 'the events on the far side')
    },
  },
  {
    id: 'hook.decision',
    title: 'a decision arrives whole',
    async run({ through }) {
      const decisions: readonly HookDecision[] = [
        { decision: 'block', reason: 'not on — “é😀”' },
        { decision: 'continue' },
        { decision: 'continue', input: { path: 'b', list: [null, { deep: [] }] } },
        { decision: 'continue', prompt: '' },
      ]
      for (const decision of decisions) {
        const hooks = await through(async () => decision)
        for (const event of gating) assertEqual(await within(hooks.fire(event, { signal }), event.hook), decision, event.hook)
      }
    },
  },
  {
    id: 'hook.concurrent',
    title: 'answers to hooks that fire at once are not mixed',
    async run({ through }) {
      const last = gate<true>()
      const hooks = await through(async (event) => {
        if (event.hook === 'pre_prompt' && event.prompt === 'first') await last.opened
        last.open(true)
        return { decision: 'block', reason: event.hook === 'pre_prompt' ? event.prompt : '' }
      })
      const fired = ['first', 'second'].map((prompt) => hooks.fire({ hook: 'pre_prompt', ...place, prompt }, { signal }))
      const expected = ['first', 'second'].map((reason) => ({ decision: 'block', reason }))
      assertEqual(await within(Promise.all(fired), 'the decisions'), expected, 'the decisions')
    },
  },
]

const failures: Case<HookSubject>[] = [
  {
    id: 'hook.fail_closed',
    title: 'a hook that breaks before an action rejects or blocks, and is never silent',
    async run({ through }) {
      const hooks = await through(() => Promise.reject(new Error('the hook broke')))
      for (const event of gating) {
        const said = await within(
          hooks.fire(event, { signal }).catch(() => 'rejected'),
          event.hook,
        )
        const closed = said === 'rejected' || (typeof said === 'object' && said.decision === 'block')
        assert(closed, `${event.hook} broke, and the executor said ${JSON.stringify(said)}`)
      }
    },
  },
  {
    id: 'hook.fail_open',
    title: 'a hook that breaks after an action decides nothing',
    async run({ through }) {
      const hooks = await through(() => Promise.reject(new Error('the hook broke')))
      for (const event of telling) {
        const said = await within(
          hooks.fire(event, { signal }).catch(() => undefined),
          event.hook,
        )
        assertEqual(said, undefined, event.hook)
      }
    },
  },
  {
    id: 'hook.cancel',
    title: 'when the signal fires the far side stops and the reason comes back',
    async run({ through }) {
      const started = gate<true>()
      const stopped = gate<true>()
      const hooks = await through((_event, options) => {
        options.signal.addEventListener('abort', () => stopped.open(true))
        started.open(true)
        return untilAborted(options.signal)
      })
      const controller = new AbortController()
      const reason = new Error('enough')
      const firing = hooks.fire({ hook: 'pre_prompt', ...place, prompt: 'p' }, { signal: controller.signal })
      await within(Promise.race([started.opened, firing]), 'the far side starts')
      controller.abort(reason)
      await assertRejectsWith(within(firing, 'the rejection'), reason, 'a cancelled hook')
      await within(stopped.opened, 'the far side stops')
    },
  },
  {
    id: 'hook.cancelled_before',
    title: 'a signal that fired before asks nobody',
    async run({ through }) {
      const asked: string[] = []
      const hooks = await through(async (event) => void asked.push(event.hook))
      const controller = new AbortController()
      const reason = new Error('before it began')
      controller.abort(reason)
      const firing = hooks.fire({ hook: 'pre_prompt', ...place, prompt: 'p' }, { signal: controller.signal })
      await assertRejectsWith(within(firing, 'the rejection'), reason, 'a hook that was cancelled before')
      await within(hooks.fire({ hook: 'post_response', ...place, text: 't' }, { signal }), 'a later hook')
      assertEqual(asked, ['post_response'], 'the hooks that were asked')
    },
  },
]

/** The subject says how to reach a hook executor whose far side is a given function. */
export const hookExecutorSuite: Suite<HookSubject> = { seam: 'HookExecutor', cases: [...answers, ...failures] }
