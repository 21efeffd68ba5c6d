/** Drives a dead letter again: as the one call of a run, through every gate, in the session that it came from. */
import { AgentError } from '../base/errors.ts'
import type { AgentEvent } from '../model/event.ts'
import type { DeadLetter } from '../model/lane.ts'
import type { Message } from '../model/message.ts'
import { isTerminal } from '../model/session-state.ts'
import { noUsage } from '../model/usage.ts'
import type { LlmClient, LlmDone } from '../ports/llm-client.ts'
import { createAgent } from './agent.ts'
import type { AgentOptions, Run, RunResult, Session } from './types.ts'

export type RedriveOptions = {
  /** The letter's name. */
  readonly id: string
  /** Drive it though it may have happened. Default: false. */
  readonly again?: boolean
  /** Cancels the run. */
  readonly signal?: AbortSignal
}

/**
 * `options` are those of the agent whose call it was, with its queue in `lanes`; its model is not asked. Resolves when the call was
 * made, whatever came of it, or waits for an answer: then the letter is gone, and the model reads about it when the session goes on. A
 * call that fails again leaves a letter of its own. Rejects, and keeps the letter, where the call did not begin. Without a `store` the
 * run has a session of its own. Driving the same letter twice is one run, also after a crash.
 *
 * Throws `request_not_found`, `unsupported` for one that may have happened or whose call was not given up in the end, `session_busy`, `session_held`, `run_failed`.
 */
export async function redriveLetter(options: AgentOptions, { id, again = false, signal }: RedriveOptions): Promise<RunResult> {
  const { lanes, llm } = options
  if (lanes === undefined) throw new AgentError('invalid_argument', "To drive a letter again, give the queue that it is in as 'lanes'")
  return lanes.redrive(
    id,
    async (letter) => {
      const agent = createAgent({ ...options, llm: callerOf(llm, letter) })
      try {
        const session = await agent.session(
          options.store === undefined ? { metadata: { letterId: id } } : { id: letter.sessionId, create: false },
        )
        if (options.store !== undefined && !again) await assertGivenUp(session, letter)
        const run = await runOf(session, letter, signal)
        return await made(run, letter)
      } finally {
        await agent.close()
      }
    },
    { again },
  )
}

/** A process that dies between the letter and its fact leaves one of a call that whoever goes on makes after all. */
async function assertGivenUp(session: Session, { id, toolName }: DeadLetter): Promise<void> {
  for await (const { event } of session.events({ follow: false }))
    if (event.type === 'command_dead_lettered' && event.letterId === id) return
  throw new AgentError(
    'unsupported',
    `The journal does not say that the call of '${toolName}' was given up: its process died at that moment, and the call may have been made since. Find out, then discard the letter '${id}' or drive it with 'again'`,
  )
}

/** The same run for the same letter: one that a crash has cut off goes on. */
async function runOf(session: Session, letter: DeadLetter, signal: AbortSignal | undefined): Promise<Run> {
  const sendId = `redrive-${letter.id}`
  const stop = signal === undefined ? {} : { signal }
  const { run } = await session.state()
  const cutOff = run?.sendId === sendId && !isTerminal(run.status) && run.status !== 'suspended'
  const resumed = cutOff ? await session.resume(stop) : undefined
  const { toolName, lane } = letter
  return resumed ?? session.send(`The call of '${toolName}' that lane '${lane}' gave up is made again.`, { id: sendId, ...stop })
}

/** What came of the run, where the call has begun, was given up once more, or waits for an answer. */
async function made(run: Run, { toolName }: DeadLetter): Promise<RunResult> {
  const result = await run.result
  if (result.status === 'suspended') return result
  let refusal = result.status === 'failed' ? result.error.message : 'its run ended before it'
  for await (const { event } of run) {
    if (event.type === 'tool_execution_start' || event.type === 'command_dead_lettered') return result
    refusal = refusalIn(event) ?? refusal
  }
  throw new AgentError('run_failed', `The call of '${toolName}' did not begin, and its letter is kept: ${refusal}`)
}

const refusalIn = (event: AgentEvent): string | undefined =>
  event.type === 'tool_end' && event.isError && typeof event.output === 'string' ? event.output : undefined

/** Says the call in the model's place, then what came of it. */
function callerOf({ model }: LlmClient, letter: DeadLetter): LlmClient {
  return {
    contract: 1,
    model,
    async *stream({ messages }, { signal }) {
      signal.throwIfAborted()
      const result = messages.at(-1)?.content.find((block) => block.type === 'tool_result')
      const how = result?.isError === true ? 'It failed.' : 'It was done.'
      yield [result === undefined ? said(callOf(letter), 'tool_use') : said([{ type: 'text', text: how }], 'end_turn')]
    },
  }
}

const callOf = ({ id, toolName, args }: DeadLetter): Message['content'] => [{ type: 'tool_use', id, name: toolName, input: args }]

const said = (content: Message['content'], stopReason: LlmDone['stopReason']): LlmDone => ({
  type: 'done',
  message: { role: 'assistant', content },
  usage: noUsage,
  stopReason,
})
