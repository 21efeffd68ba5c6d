/** Has every tool call wait for its place in a queue, which may try it again. */
import { orAborted } from '../base/signals.ts'
import { callStateOf, defineMiddleware, type Middleware } from '../loop/middleware.ts'
import type { LaneQueue } from '../ports/lane-queue.ts'

/** A call has its turn among those of its session first: with a place it waits for nobody who waits for one. */
export const lanes = (queue: LaneQueue): Middleware =>
  defineMiddleware({
    name: 'lanes',
    start: (run) => ({
      async wrapToolCall(invocation, next) {
        if (invocation.settled) return next(invocation)
        const { tool, input, accesses, signal } = invocation
        const turn = invocation.turn(accesses)
        if (turn) await orAborted(turn, signal)
        const { sessionId, runId, metadata } = run
        const attempts = callStateOf(run, invocation.callId)?.start?.attempt ?? 0
        return queue.submit(
          { ...invocation, sessionId, runId, metadata, effect: tool.effect(input), attempts },
          {
            signal,
            attempt: ({ lane, ...change }) => next({ ...invocation, ...change, gates: { ...invocation.gates, lane } }),
            record: (facts) => void run.append(facts, { lazy: true }).catch(() => {}), // stored with the call's end
            emit: run.emit,
          },
        )
      },
    }),
  })
