/** `seamfold workflow run`: runs the workflow of a file, and goes on with one that was stopped. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { storedWorkflows, teamExecutor, type WorkflowEvent, workflowRecords, type WorkflowResult } from '@seamfold/core'
import { AgentError, type Json, type SessionStore, toMessage } from '@seamfold/core/kit'
import { nearest } from '../config/nearest.ts'
import { resolveSettings, type SharedOptions } from '../setup/settings.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { loadWorkflow } from '../workflow/load-workflow.ts'
import { Progress } from '../workflow/progress.ts'
import { eventLine, statusLines, summaryLines } from '../workflow/progress-lines.ts'
import { rememberPlace } from '../setup/workflow-note.ts'
import { workflowCommand } from './asker.ts'
import { EXIT } from './exit-code.ts'
import { waitingLines } from './waiting.ts'
import { type Work, withWork } from './work.ts'

export type WorkflowOptions = SharedOptions & {
  /** JSON, or `@` and a file with it. */
  readonly input?: string
  /** The root of an earlier run. */
  readonly resume?: string
  readonly name?: string
  readonly json?: boolean
}

export async function workflowRunCommand(file: string, options: WorkflowOptions, terminal: Terminal): Promise<number> {
  const path = resolve(terminal.folder, file)
  const workflow = await loadWorkflow(path, options.name)
  const input = options.input === undefined ? undefined : await readInput(options.input, terminal)
  const settings = await resolveSettings(options, terminal)
  const json = options.json === true
  return withWork({ settings, terminal, format: json ? 'json' : 'text' }, async (work) => {
    const { assembled, interrupt, screen } = work
    const progress = new Progress(() => terminal.now())
    const tell = teller(progress, { work, terminal, json })
    if (!json) screen.watch(() => statusLines(progress, terminal.style()))
    const { store, leases, host } = assembled.options
    if (options.resume !== undefined && store !== undefined) await assertStored(options.resume, store)
    const rootId = options.resume ?? `${workflow.name}-${crypto.randomUUID()}`
    await rememberPlace(assembled.journal.store, rootId, { file: path, name: options.name })
    // Said first: whoever is killed on the way has to know what to go on with.
    if (json) terminal.print(`${JSON.stringify({ type: 'workflow_run', workflow: workflow.name, rootId })}\n`)
    else screen.print(`${terminal.style().colors.dim(`Workflow ${rootId}`)}\n`)
    const result = await workflow.run({
      rootId,
      executor: teamExecutor(assembled.options, assembled.team.options),
      signal: interrupt.signal,
      onEvent: tell,
      onStepEvent: (envelope, { taskId }) => {
        progress.hear(envelope, taskId)
        work.shown(envelope)
      },
      ...(host === undefined ? {} : { host }), // names the holder after this process, so that its death is known
      ...(store === undefined ? {} : { store }),
      ...(leases === undefined ? {} : { leases }),
      ...(input === undefined ? {} : { input }),
    })
    screen.watch(undefined)
    if (json) terminal.print(`${JSON.stringify({ type: 'workflow_result', ...jsonResult(result) })}\n`)
    else await show(result, { progress, terminal, work, settings })
    return exitCode(result, interrupt.code())
  })
}

/** A name that was mistyped must not begin all of it anew. */
async function assertStored(rootId: string, store: SessionStore): Promise<void> {
  for await (const _ of workflowRecords(store, rootId)) return
  const known: string[] = []
  for await (const each of storedWorkflows(store)) known.push(each)
  const near = nearest(rootId, known)
  const hint = near === undefined ? 'Leave --resume out to begin a new run.' : `Did you mean '${near}'?`
  throw new AgentError('invalid_argument', `There is no workflow '${rootId}' in this journal. ${hint}`)
}

async function readInput(text: string, terminal: Terminal): Promise<Json> {
  try {
    const json =
      text === '-'
        ? await terminal.readInput()
        : text.startsWith('@')
          ? await readFile(resolve(terminal.folder, text.slice(1)), 'utf8')
          : text
    return JSON.parse(json) as Json
  } catch (error) {
    throw new AgentError('invalid_argument', `--input is no JSON: ${toMessage(error)}. Give JSON, @file, or - for standard input.`, {
      cause: error,
    })
  }
}

type Telling = { readonly work: Work; readonly terminal: Terminal; readonly json: boolean }

function teller(progress: Progress, { work, terminal, json }: Telling): (event: WorkflowEvent) => void {
  return (event) => {
    progress.record(event)
    if (json) return terminal.print(`${JSON.stringify(event)}\n`)
    const line = eventLine(event, progress, terminal.style())
    if (line !== undefined) work.screen.print(`${line}\n`)
    work.screen.refresh()
  }
}

type Showing = {
  readonly progress: Progress
  readonly terminal: Terminal
  readonly work: Work
  readonly settings: Parameters<typeof waitingLines>[1]['places']
}

async function show(result: WorkflowResult<unknown>, { progress, terminal, work, settings }: Showing): Promise<void> {
  work.screen.print(`\n${summaryLines(result, progress, terminal.style()).join('\n')}\n`)
  if (result.status === 'completed' && result.output !== undefined)
    terminal.print(`\n${typeof result.output === 'string' ? result.output : JSON.stringify(result.output, undefined, 2)}\n`)
  if (result.status !== 'suspended') return
  const { store } = work.assembled.journal
  const goOn = { verbatim: await workflowCommand(result.rootId, { store, places: settings, terminal }) }
  terminal.print(`\n${(await waitingLines(result.waitingFor, { places: settings, terminal, goOn })).join('\n')}\n`)
}

const jsonResult = (result: WorkflowResult<unknown>): object =>
  result.status === 'failed' ? { ...result, error: { code: result.error.code, message: result.error.message } } : result

function exitCode({ status }: WorkflowResult<unknown>, interrupted: number | undefined): number {
  if (status === 'completed') return EXIT.completed
  return interrupted ?? (status === 'suspended' ? EXIT.suspended : EXIT.failed)
}
