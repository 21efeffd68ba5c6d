/** A process that answers whatever waits in a session, in an order and with decisions of its own, and says which of its answers count. */
import { argv, stdout } from 'node:process'
import { setTimeout as pause } from 'node:timers/promises'
import { type Answer, openSession } from '@seamfold/core'
import { isAgentError } from '@seamfold/core/kit'
import { sqliteStore } from '../src/index.ts'

const [, , path = '', name = '', skewMs = '0'] = argv
const { now } = Date
Date.now = () => now() + Number(skewMs) // the clock of this machine is wrong
const store = sqliteStore(path)
const answered = new Set<string>()
const ANSWERS = (by: string): readonly Answer[] => [{ decision: 'approve', by }, { decision: 'reject', by }, { decision: 'timeout' }]

for (;;) {
  const view = await openSession(store, 's').catch(() => undefined)
  const state = await view?.state()
  if (state?.run?.status === 'completed' || state?.run?.status === 'failed') break
  const waiting = (await view?.waitingFor()) ?? []
  const next = waiting.filter(({ requestId }) => !answered.has(requestId))[Math.floor(Math.random() * waiting.length)]
  if (view === undefined || next === undefined) {
    await pause(5) // nothing waits yet
    continue
  }
  const { requestId } = next
  answered.add(requestId)
  const answer: Answer = ANSWERS(name)[Math.floor(Math.random() * 3)] ?? { decision: 'timeout' }
  const counts = await view.answer(requestId, answer).catch((error: unknown) => {
    if (isAgentError(error, 'request_not_found')) return false // the run has ended meanwhile
    if (answer.decision === 'timeout' && isAgentError(error, 'invalid_argument')) return false // not yet, by this clock
    throw error
  })
  stdout.write(`${JSON.stringify({ requestId, counts, decision: answer.decision, by: name })}\n`)
  await pause(Math.random() * 120) // people take their time: what they race is a deadline of 100 ms
}
await store.close?.()
