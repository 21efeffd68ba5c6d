/** Runs a seam's conformance cases against a stranger's module, in a process of its own, and tells the card to whoever started it. */
import { fileURLToPath, pathToFileURL } from 'node:url'
import { AgentError, isAgentError, toMessage } from '@seamfold/core/kit'
import {
  agentExecutorSuite,
  blobStoreSuite,
  hookExecutorSuite,
  laneQueueSuite,
  leaseStoreSuite,
  llmClientSuite,
  runCard,
  sessionStoreSuite,
  watchStoreSuite,
  type Candidate,
  type Card,
  type CaseResult,
  type Suite,
} from '@seamfold/core/testing'
import type { Terminal } from '../terminal/terminal.ts'

/** What the process tells: each case as it ends, then the card, or why there is none. */
export type CardMessage =
  | { readonly result: CaseResult; readonly count: number }
  | { readonly card: Card }
  | { readonly problem: { readonly code: string; readonly message: string } }

/** The subject is whatever the module makes: the cases find out what it is. */
type AnySuite = Suite<never>

const suites: Readonly<Record<string, AnySuite>> = {
  SessionStore: sessionStoreSuite,
  LlmClient: llmClientSuite,
  AgentExecutor: agentExecutorSuite,
  HookExecutor: hookExecutorSuite,
  LaneQueue: laneQueueSuite,
  LeaseStore: leaseStoreSuite,
  BlobStore: blobStoreSuite,
  WatchStore: watchStoreSuite,
}

const caseTimeoutMs = 10_000
const loadTimeoutMs = 10_000

export async function conformanceCardCommand(seam: string, module: string, { folder }: Pick<Terminal, 'folder'>): Promise<number> {
  process.once('disconnect', () => process.exit(1))
  const message = await cardOf(seam, module, folder).then(
    (card): CardMessage => ({ card }),
    (error: unknown): CardMessage => ({
      problem: { code: isAgentError(error) ? error.code : 'internal', message: toMessage(error) },
    }),
  )
  await new Promise<void>((resolve) => process.send?.(message, () => resolve()))
  // What the module left running is not waited for.
  process.exit('card' in message ? 0 : 1)
}

const tell = (message: CardMessage): void => void process.send?.(message)

async function cardOf(seam: string, module: string, folder: string): Promise<Card> {
  const suite = Object.hasOwn(suites, seam) ? suites[seam] : undefined
  if (suite === undefined) {
    throw new AgentError('invalid_argument', `There are no cases for '${seam}'. There are for: ${Object.keys(suites).join(', ')}.`)
  }
  const candidate = await candidateOf(module, folder)
  return runCard(suite, candidate, { timeoutMs: caseTimeoutMs, onResult: (result, count) => tell({ result, count }) })
}

/** `path` or `path#export`. */
async function candidateOf(module: string, folder: string): Promise<Candidate<never>> {
  const cut = module.lastIndexOf('#')
  const [path, name] = cut === -1 ? [module, undefined] : [module.slice(0, cut), module.slice(cut + 1)]
  const url = new URL(path, pathToFileURL(`${folder}/`))
  const loading = import(url.href).catch((error: unknown) => {
    throw new AgentError('invalid_argument', `The module ${fileURLToPath(url)} cannot be loaded: ${toMessage(error)}`, { cause: error })
  })
  const loaded: unknown = await Promise.race([loading, tooSlow(fileURLToPath(url))])
  return asCandidate(chosen(loaded as Readonly<Record<string, unknown>>, name), path)
}

/** A module that waits for ever at its top level. */
const tooSlow = (path: string): Promise<never> =>
  new Promise((_, reject) => {
    const words = `The module ${path} was not loaded after ${loadTimeoutMs / 1_000} s: something at its top level waits.`
    setTimeout(() => reject(new AgentError('invalid_argument', words)), loadTimeoutMs)
  })

function chosen(loaded: Readonly<Record<string, unknown>>, name: string | undefined): unknown {
  const names = Object.keys(loaded)
  if (name !== undefined && Object.hasOwn(loaded, name)) return loaded[name]
  if (name !== undefined) throw noAdapter(`It has no export '${name}'; it exports ${list(names)}.`)
  const found = loaded['candidate'] ?? loaded['default'] ?? loaded['create']
  if (found !== undefined) return found
  const makers = names.filter((each) => typeof loaded[each] === 'function' || makes(loaded[each]))
  if (makers.length === 1) return loaded[makers[0] ?? '']
  throw noAdapter(`It exports ${list(names)}: name the one that makes the adapter, as in store.ts#${makers[0] ?? 'myStore'}.`)
}

const list = (names: readonly string[]): string => (names.length === 0 ? 'nothing' : names.join(', '))

const noAdapter = (words: string): AgentError =>
  new AgentError(
    'invalid_argument',
    `The module exports no adapter. ${words} An adapter is a function that makes a fresh one for each case, or { name, create, destroy }.`,
  )

const makes = (value: unknown): value is Candidate<never> =>
  typeof value === 'object' && value !== null && 'create' in value && typeof value.create === 'function'

function asCandidate(value: unknown, path: string): Candidate<never> {
  if (typeof value === 'function') return { name: path, create: () => (value as () => never)() }
  if (makes(value)) return { ...value, name: value.name ?? path }
  throw noAdapter(`What it exports is ${value === null ? 'null' : `a ${typeof value}`} without 'create'.`)
}
