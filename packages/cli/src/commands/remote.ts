/** `seamfold run --remote`: one prompt to one result, worked on by a worker elsewhere. */
import { randomUUID } from 'node:crypto'
import type { AgentStepSpec, PolicyData, RunResult } from '@seamfold/core'
import { AgentError, type Envelope, type JsonSchema, type StepOutcome, stepSessionId, toMessage } from '@seamfold/core/kit'
import type { RemoteExecutor } from '@seamfold/executor-remote'
import { fieldLines } from '../render/fields.ts'
import { requestExcerpt } from '../render/request.ts'
import { oneLine, visible } from '../render/text.ts'
import { amount, policiesHere, type SharedOptions, wholeNumber } from '../setup/settings.ts'
import { listenForInterrupt } from '../terminal/interrupt.ts'
import { createScreen } from '../terminal/screen.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { exitCodeOfRun } from './exit-code.ts'
import { follow, type Followed, type Format } from './follow.ts'
import { quote } from './hint.ts'
import { WORKER_TOKEN } from './worker.ts'

export type RemoteOptions = SharedOptions & {
  readonly remote: string
  readonly session?: string
  /** That is gone on with. */ readonly task?: string
}

export type RemoteTask = { readonly prompt: string; readonly format: Format; readonly schema: JsonSchema | undefined }

/** What the worker was started with, and nobody else can choose. */
const OF_THE_WORKER = {
  workspace: '--workspace',
  config: '--config',
  store: '--store',
  model: '--model',
  provider: '--provider',
  baseUrl: '--base-url',
  yes: '--yes',
} as const satisfies Partial<Record<keyof SharedOptions, string>>

/** Throws `invalid_argument` for an option that is the worker's to choose. */
export function refuseOptionsOfWorker(options: SharedOptions): void {
  const given = Object.entries(OF_THE_WORKER).filter(([key]) => options[key as keyof SharedOptions] !== undefined)
  if (given.length === 0) return
  throw new AgentError(
    'invalid_argument',
    `With --remote the worker decides over ${given.map(([, option]) => option).join(', ')}: give that to 'seamfold worker' where it runs.`,
  )
}

/** The token may cross a network in the clear. */
type Cleartext = { readonly allowCleartext?: boolean }

export async function remoteRun(task: RemoteTask, options: RemoteOptions & Cleartext, terminal: Terminal): Promise<number> {
  const policies = await policiesHere(options, terminal)
  const spec = specOf(task, options, policies)
  const token = terminal.environment[WORKER_TOKEN]
  const { remoteExecutor } = await import('@seamfold/executor-remote')
  const { remote: url, allowCleartext = false } = options
  const executor = remoteExecutor({ url, allowCleartext, ...(token === undefined || token === '' ? {} : { token }) })
  const interrupt = listenForInterrupt()
  const screen = createScreen(terminal)
  try {
    if (task.format === 'text') announce(spec, options.remote, terminal)
    const run = startStep(executor, spec)
    let told = false
    const shown = ({ event }: Envelope): void => void (told ||= event.type === 'error' || event.type === 'run_cancelled')
    const result = await follow(run, { terminal, screen, interrupt, format: task.format, transcript: { prompts: false }, shown })
    report(result, { terminal, format: task.format, told, again: againCommand(spec, options) })
    return exitCodeOfRun(result, interrupt.code())
  } finally {
    screen.close()
    await executor.close()
    interrupt.close()
  }
}

function specOf({ prompt, schema }: RemoteTask, options: RemoteOptions, policies: readonly PolicyData[]): AgentStepSpec {
  const maxSteps = wholeNumber('--max-turns', options.maxTurns)
  const usd = amount('--budget', options.budget)
  return {
    taskId: options.task ?? randomUUID(),
    agent: 'default',
    description: oneLine(prompt).slice(0, 200),
    prompt,
    ...(options.session === undefined ? {} : { sessionId: options.session }),
    ...(maxSteps === undefined ? {} : { maxSteps }),
    // What it may spend and touch is never more than at the worker, and never more than here.
    authority: { ...(usd !== undefined && { budget: { usd } }), ...(policies.length > 0 && { policies }) },
    ...(schema === undefined ? {} : { outputSchema: schema }),
  }
}

/** A step that is under way, to be followed as a run is. */
function startStep(executor: RemoteExecutor, spec: AgentStepSpec): Followed {
  const control = new AbortController()
  const queue: Envelope[] = []
  let wake = Promise.withResolvers<void>()
  let over = false
  const onEvent = (envelope: Envelope): void => {
    queue.push(envelope)
    wake.resolve()
  }
  const result = executor
    .executeStep(spec, { signal: control.signal, onEvent })
    .then(resultOf, (error: unknown) => resultOfError(spec, error, control.signal))
    .finally(() => {
      over = true
      wake.resolve()
    })
  return {
    result,
    async cancel(reason = 'cancelled') {
      control.abort(new AgentError('cancelled', reason))
      return (await result).status === 'cancelled'
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const next = queue.shift()
        if (next !== undefined) yield next
        else if (over) return
        else {
          await wake.promise
          wake = Promise.withResolvers<void>()
        }
      }
    },
  }
}

function resultOf({ taskId, sessionId, output, status, usage, cost, structured, waitingFor = [], code }: StepOutcome): RunResult {
  const base = { runId: taskId, sessionId, text: output, usage, ...(cost === undefined ? {} : { cost }) }
  switch (status) {
    case 'completed':
      return { ...base, status, reason: 'end_turn', ...(structured === undefined ? {} : { output: structured }) }
    case 'failed':
      return { ...base, status, error: new AgentError(code ?? 'run_failed', output) }
    case 'cancelled':
      return { ...base, status, reason: output }
    case 'suspended':
      return { ...base, status, waitingFor }
  }
}

function resultOfError({ taskId, sessionId = stepSessionId(taskId) }: AgentStepSpec, error: unknown, signal: AbortSignal): RunResult {
  const usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 }
  const base = { runId: taskId, sessionId, text: '', usage }
  if (signal.aborted) return { ...base, status: 'cancelled', reason: toMessage(signal.reason) }
  return {
    ...base,
    status: 'failed',
    error: error instanceof AgentError ? error : new AgentError('internal', toMessage(error), { cause: error }),
  }
}

/** What is said here of what it may do. */
const atMost = ({ mode, layers = [] }: PolicyData): string =>
  [
    ...(mode === undefined ? [] : [mode]),
    ...(layers.length === 0 ? [] : [`what ${counted(layers.flatMap(({ rules }) => rules).length)}`]),
  ].join(', ')

const counted = (rules: number): string => (rules === 1 ? 'the rule here allows' : `the ${rules} rules here allow`)

function announce({ sessionId, taskId, prompt, authority }: AgentStepSpec, url: string, terminal: Terminal): void {
  const style = terminal.style()
  const fields = fieldLines(
    [
      ['Worker', url],
      ['Session', sessionId ?? stepSessionId(taskId)],
      ...[...new Set((authority?.policies ?? []).map(atMost))].map((words) => ['At most', words] as const),
      ['Task', style.colors.bold(oneLine(prompt))],
    ],
    style,
  )
  terminal.print(`${[style.colors.bold('Seamfold, at a worker'), '', ...fields].join('\n')}\n\n`)
}

/** The command that goes on with the step, within the same limits: nobody at the worker knows them. */
function againCommand({ taskId, prompt, sessionId = stepSessionId(taskId) }: AgentStepSpec, options: RemoteOptions & Cleartext): string {
  const { remote, allowCleartext = false, permissions, budget, maxTurns } = options
  const limits = Object.entries({ permissions, budget, 'max-turns': maxTurns }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, quote(value)],
  )
  const cleartext = allowCleartext ? ['--allow-cleartext'] : []
  const step = ['--session', quote(sessionId), '--task', quote(taskId)]
  return ['seamfold run --remote', quote(remote), ...cleartext, ...step, ...limits, quote(prompt)].join(' ')
}

type Reporting = {
  readonly terminal: Terminal
  readonly again: string
  readonly format: Format
  /** Its end was among its events. */ readonly told: boolean
}

/** What is left to say after the last event. */
function report(result: RunResult, { terminal, format, told, again }: Reporting): void {
  const style = terminal.style()
  const { colors, signs } = style
  const say = (text: string): void => (format === 'text' ? terminal.print(text) : terminal.complain(text))
  switch (result.status) {
    case 'completed':
      if (format === 'quiet') terminal.print(`${result.output === undefined ? result.text : JSON.stringify(result.output)}\n`)
      else if (format === 'text' && result.output !== undefined) terminal.print(`\n${JSON.stringify(result.output, undefined, 2)}\n`)
      return
    case 'failed':
      if (!told || format === 'quiet') say(`${colors.red(signs.failed)} ${colors.bold('Failed')} ${visible(result.error.message)}\n`)
      return
    case 'cancelled':
      if (!told) say(`${colors.yellow(signs.failed)} ${colors.bold('Cancelled')} ${visible(result.reason)}\n`)
      return
    case 'suspended': {
      const session = quote(result.sessionId)
      const rest = `seamfold answer ${session}, where the worker runs`
      const requests = result.waitingFor.flatMap((request) => requestExcerpt(request, { style, change: undefined, rest }).lines)
      const there = fieldLines([['Answer', { verbatim: `seamfold answer ${session} --approve` }]], style)
      const here = fieldLines([['Then', { verbatim: again }]], style)
      const lines = [...requests, '', '  The worker holds the question. In its folder, on its machine:', ...there, '  And here:', ...here]
      say(`\n${lines.join('\n')}\n`)
    }
  }
}
