/** `seamfold run`: one prompt to one result. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { RunResult } from '@seamfold/core'
import { AgentError, type JsonSchema, jsonSchema, toMessage } from '@seamfold/core/kit'
import { headingLines } from '../render/heading.ts'
import { resolveSettings, type Settings, type SharedOptions } from '../setup/settings.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { exitCodeOfRun } from './exit-code.ts'
import { refuseDamaged } from './damage.ts'
import { namedSession } from './find-session.ts'
import { showHint } from './hint.ts'
import type { Format } from './follow.ts'
import { refuseOptionsOfWorker, remoteRun } from './remote.ts'
import { sendRemembered } from './send.ts'
import { waitingLines } from './waiting.ts'
import { type Work, withWork } from './work.ts'

export type RunOptions = SharedOptions & {
  readonly session?: string
  readonly json?: boolean
  readonly quiet?: boolean
  /** A file with a JSON Schema. */
  readonly output?: string
  /** A worker's address. */
  readonly remote?: string
  /** The token of a worker may cross a network in the clear. */
  readonly allowCleartext?: boolean
  /** A task of that worker's that waited. */
  readonly task?: string
}

export async function runCommand(words: readonly string[], options: RunOptions, terminal: Terminal): Promise<number> {
  const format = formatOf(options)
  const { remote } = options
  if (remote === undefined && options.task !== undefined)
    throw new AgentError('invalid_argument', '--task names a task that a worker was given: give --remote with it.')
  if (remote !== undefined) {
    refuseOptionsOfWorker(options)
    const { prompt, output } = await taskOf(words, options, terminal)
    return remoteRun({ prompt, format, schema: output?.json }, { ...options, remote }, terminal)
  }
  const settings = await resolveSettings(options, terminal)
  const { prompt, output } = await taskOf(words, options, terminal)
  return withWork({ settings, terminal, format }, async (work) => {
    const session = await work.agent.session(
      options.session === undefined ? {} : { id: await namedSession(work.assembled.journal.store, options.session) },
    )
    if (options.session !== undefined)
      await refuseDamaged(work.assembled.journal.store, session.id, showHint(session.id, settings, terminal))
    const run = await sendRemembered(session, prompt, { journal: work.assembled.journal, settings, terminal, output })
    // Only what was accepted is announced: a refusal stands alone.
    announce(settings, prompt, { terminal, format, ...(options.session === undefined ? {} : { session: options.session }) })
    const result = await work.follow(run, { prompts: false })
    await report(result, { ...work, settings, terminal, format })
    return exitCodeOfRun(result, work.interrupt.code())
  })
}

const formatOf = ({ json, quiet }: RunOptions): Format => {
  if (json === true && quiet === true)
    throw new AgentError('invalid_argument', '--json prints every event and --quiet only the answer: give one of the two.')
  return json === true ? 'json' : quiet === true ? 'quiet' : 'text'
}

type Task = { readonly prompt: string; readonly output: ReturnType<typeof jsonSchema> | undefined }

async function taskOf(words: readonly string[], options: RunOptions, terminal: Terminal): Promise<Task> {
  const output = options.output === undefined ? undefined : await readSchema(resolve(terminal.folder, options.output))
  return { prompt: await promptOf(words, terminal), output }
}

/** The prompt is the words; a `-` among them, or no words at all, stands for standard input. */
async function promptOf(words: readonly string[], terminal: Terminal): Promise<string> {
  const nothing = new AgentError(
    'invalid_argument',
    'What is to be done? Give a prompt: seamfold run "fix the failing test". Or pipe one into it.',
  )
  if (words.length === 0 && terminal.input.isTTY) throw nothing
  const piped = words.length === 0 || words.includes('-') ? await terminal.readInput() : ''
  const prompt = words.length === 0 ? piped : words.map((word) => (word === '-' ? `\n\n${piped}` : word)).join(' ')
  if (prompt.trim() === '') throw nothing
  return prompt.trim()
}

async function readSchema(file: string): Promise<ReturnType<typeof jsonSchema>> {
  try {
    // jsonSchema refuses what is no schema.
    return jsonSchema(JSON.parse(await readFile(file, 'utf8')) as JsonSchema)
  } catch (error) {
    throw new AgentError('invalid_argument', `--output: ${file} is not a JSON Schema: ${toMessage(error)}`, { cause: error })
  }
}

type Where = { readonly terminal: Terminal; readonly format: Format; readonly session?: string }

function announce(settings: Settings, task: string, { terminal, format, session }: Where): void {
  const heading = {
    title: 'Seamfold',
    model: settings.model,
    workspace: settings.workspace,
    mode: settings.mode,
    task,
    ...(session === undefined ? {} : { session }),
  }
  if (format === 'text') return terminal.print(`${headingLines(heading, terminal.style()).join('\n')}\n\n`)
  // Machines read standard output: that the model is not a real one is still said.
  if (settings.model.why === 'no key') {
    terminal.complain(
      'The model is the built-in simulator, because no key was found. Set ANTHROPIC_API_KEY or OPENAI_API_KEY to work with a real one.\n',
    )
  }
}

type Reporting = Pick<Work, 'screen'> & { readonly settings: Settings; readonly terminal: Terminal; readonly format: Format }

/** What is left to say after the last event. */
async function report(result: RunResult, { settings, terminal, format }: Reporting): Promise<void> {
  if (format === 'quiet' && result.status === 'completed') {
    terminal.print(`${result.output === undefined ? result.text : JSON.stringify(result.output)}\n`)
  }
  if (format === 'quiet' && result.status === 'failed') terminal.complain(`${result.error.message}\n`)
  if (format === 'text' && result.status === 'completed' && result.output !== undefined) {
    terminal.print(`\n${JSON.stringify(result.output, undefined, 2)}\n`)
  }
  if (result.status === 'suspended') {
    const text = `\n${(await waitingLines(result.waitingFor, { places: settings, terminal })).join('\n')}\n`
    if (format === 'text') terminal.print(text)
    else terminal.complain(text)
  }
}
