/** The workflows that the playground's agent runs: begun from a file, gone on with, stopped. */
import { readdir, realpath } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'
import { teamExecutor, type WorkflowResult } from '@seamfold/core'
import { AgentError, type Json, type SessionStore, toMessage } from '@seamfold/core/kit'
import type { PlaygroundWorkflows, WorkflowEnding, WorkflowFile, WorkflowStanding, WorkflowWish } from '../playground/types.ts'
import { type AnyWorkflow, loadWorkflow, workflowsIn } from '../workflow/load-workflow.ts'
import { located } from '../workspace/located.ts'
import type { Assembled } from './assemble.ts'
import { recallPlace, rememberPlace } from './workflow-note.ts'

/** Where the workflows of a workspace lie that are offered; others are named by their path. */
const folderName = '.seamfold/workflows'

type Run = { readonly controller: AbortController; readonly ended: Promise<unknown> }

/** Ends that are remembered at most. */
const endsLimit = 200

export class WorkflowRuns implements PlaygroundWorkflows {
  readonly #assembled: Pick<Assembled, 'options' | 'team'>
  readonly #workspace: string
  readonly #running = new Map<string, Run>()
  readonly #ends = new Map<string, WorkflowEnding>()

  constructor(assembled: Pick<Assembled, 'options' | 'team'>, workspace: string) {
    this.#assembled = assembled
    this.#workspace = workspace
  }

  async files(): Promise<readonly string[]> {
    const names = await readdir(join(this.#workspace, folderName)).catch(() => [])
    return names
      .filter((name) => /\.[cm]?[jt]s$/.test(name))
      .map((name) => `${folderName}/${name}`)
      .toSorted()
  }

  running(): readonly string[] {
    return [...this.#running.keys()]
  }

  async look(file: string): Promise<readonly WorkflowFile[]> {
    const path = await located(file, [this.#workspace])
    const found = [...new Set(await workflowsIn(path))]
    // Says in words what it exports instead.
    if (found.length === 0) await loadWorkflow(path)
    return found.map(({ name, input }) => ({ name, input: input.json }))
  }

  /** Resolves once it is stored that it was begun. Throws `invalid_argument` in words where it cannot be. */
  async run({ file, name, input, rootId }: WorkflowWish): Promise<string> {
    const path = await located(file, [this.#workspace])
    const workflow = await loadWorkflow(path, name)
    if (rootId === undefined) await assertInput(workflow, input)
    const id = rootId ?? `${workflow.name}-${crypto.randomUUID()}`
    if (this.#running.has(id)) throw new AgentError('session_busy', `Workflow ${id} is under way here already.`)
    const controller = new AbortController()
    const begun = Promise.withResolvers<void>()
    const { store, leases, host } = this.#assembled.options
    const result = workflow.run({
      rootId: id,
      executor: teamExecutor(this.#assembled.options, this.#assembled.team.options),
      signal: controller.signal,
      ...(host === undefined ? {} : { host }),
      ...(store === undefined ? {} : { store: tellingStore(store, begun.resolve) }),
      ...(leases === undefined ? {} : { leases }),
      ...(rootId !== undefined || input === undefined ? {} : { input }),
    })
    this.#running.set(id, { controller, ended: result.then((end) => this.#end(id, end)) })
    this.#ends.delete(id)
    // What could not even begin is said to whoever asked for it.
    const first = await Promise.race([begun.promise, result])
    if (first?.status === 'failed') throw first.error
    if (store !== undefined) await rememberPlace(store, id, { file: path, name: workflow.name })
    return id
  }

  cancel(id: string): boolean {
    const run = this.#running.get(id)
    run?.controller.abort(new AgentError('cancelled', 'stopped in the playground'))
    return run !== undefined
  }

  async about(id: string): Promise<WorkflowStanding> {
    const [file, ended] = [await this.#runFrom(id), this.#ends.get(id)]
    return { here: this.#running.has(id), ...(file === undefined ? {} : { file }), ...(ended === undefined ? {} : { ended }) }
  }

  /** As it is written in a field of the page, where it is in the workspace. */
  async #runFrom(id: string): Promise<string | undefined> {
    const { store } = this.#assembled.options
    const place = store && (await recallPlace(store, id))
    const path = place && relative(await realpath(this.#workspace), place.file)
    return path === undefined || path.startsWith('..') || isAbsolute(path) ? undefined : path.split(sep).join('/')
  }

  /** What is under way is left as a stop would leave it: to be gone on with. */
  async close(): Promise<void> {
    for (const id of this.running()) this.cancel(id)
    await Promise.all([...this.#running.values()].map(({ ended }) => ended))
  }

  #end(id: string, result: WorkflowResult<unknown>): void {
    this.#running.delete(id)
    this.#ends.set(id, { status: result.status, words: wordsOf(result) })
    const [oldest] = this.#ends.keys()
    if (this.#ends.size > endsLimit && oldest !== undefined) this.#ends.delete(oldest)
  }
}

function wordsOf(result: WorkflowResult<unknown>): string {
  if (result.status === 'failed') return result.error.message
  if (result.status === 'cancelled') return result.reason
  return ''
}

/** Tells of the first thing that is stored. */
const tellingStore = (store: SessionStore, told: () => void): SessionStore => ({
  ...store,
  async append(key, records, options) {
    await store.append(key, records, options)
    told()
  },
})

async function assertInput({ name, input }: AnyWorkflow, given: Json | undefined): Promise<void> {
  try {
    const parsed = await input.parse(given ?? null)
    if (parsed.ok) return
    throw new AgentError('invalid_argument', parsed.problems.join('; '))
  } catch (error) {
    throw new AgentError('invalid_argument', `The input of workflow '${name}' is not what it takes: ${toMessage(error)}`, { cause: error })
  }
}
