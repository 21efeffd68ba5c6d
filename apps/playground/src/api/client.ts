/** Asks the server: one method per route. */
import { SseDecoder, type Json } from '@seamfold/core/kit'
import type {
  About,
  AgentState,
  Answer,
  Asked,
  Card,
  CardResult,
  ForkWish,
  Judgement,
  PartsReport,
  PartsWish,
  Request,
  SessionPage,
  SessionSearch,
  SessionSummary,
  SharedBudget,
  WhyQuestion,
  WorkflowFile,
  WorkflowNews,
  WorkflowSummary,
} from './types.ts'

/** The server said no, or could not be reached (`unreachable`). */
export class ApiError extends Error {
  readonly code: string
  readonly status: number

  constructor(code: string, message: string, status: number) {
    super(message)
    this.name = 'ApiError'
    this.code = code
    this.status = status
  }
}

export interface Api {
  about(): Promise<About>
  /** One page, behind `after`. */
  sessions(search: SessionSearch, after: string | undefined): Promise<SessionPage>
  session(id: string): Promise<SessionSummary>
  /** Whether the store has it. */
  readonly isStored: (id: string) => Promise<boolean>
  create(): Promise<{ readonly id: string }>
  send(id: string, prompt: string): Promise<void>
  steer(id: string, prompt: string): Promise<void>
  cancel(id: string): Promise<void>
  /** `always`: calls like this one are allowed for the rest of the session. */
  answer(id: string, given: { readonly requestId: string; readonly answer: Answer; readonly always?: boolean }): Promise<void>
  requests(id: string): Promise<readonly Request[]>
  resume(id: string): Promise<{ readonly runId: string | null }>
  fork(id: string, wish: ForkWish): Promise<{ readonly id: string }>
  rewind(id: string, to: string): Promise<void>
  why(id: string, question: WhyQuestion): Promise<Judgement>
  /** What the model was asked last as of this fact. */
  asked(id: string, at: string): Promise<Asked>
  /** The shared budgets that a session has spent from, and its own. */
  budgets(id: string): Promise<readonly SharedBudget[]>
  workflows(): Promise<readonly WorkflowSummary[]>
  /** What is stored of a workflow behind a cursor, and how it stands. */
  workflow(id: string, after: string | undefined): Promise<WorkflowNews>
  /** Files of workflows that are offered. */
  workflowFiles(): Promise<readonly string[] | undefined>
  /** What a file exports: it is run for that. */
  workflowsIn(file: string): Promise<readonly WorkflowFile[]>
  begin(wish: { readonly file: string; readonly name: string; readonly input: Json }): Promise<{ readonly id: string }>
  /** `name`: of the workflow, where it has one. */
  goOn(id: string, from: { readonly file: string; readonly name: string }): Promise<{ readonly id: string }>
  stop(id: string): Promise<{ readonly cancelled: boolean }>
  agent(): Promise<AgentState>
  kill(): Promise<AgentState>
  start(): Promise<AgentState>
  /** Tells of each case as it ends. */
  judge(seam: string, module: string, onResult: (result: CardResult, count: number) => void): Promise<Card>
  parts(): Promise<PartsReport>
  /** `anyway`: what is under way is cut off. */
  change(wish: PartsWish, anyway: boolean): Promise<PartsReport>
  play(scenario: string, anyway: boolean): Promise<{ readonly id: string }>
  /** Opens the stream of events after a cursor. */
  events(id: string, options: { readonly after: string | undefined; readonly signal: AbortSignal }): Promise<Response>
}

async function failureOf(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => undefined)) as { code?: unknown; message?: unknown } | undefined
  const code = typeof body?.code === 'string' ? body.code : 'unreadable'
  const message = typeof body?.message === 'string' ? body.message : `The server answered ${response.status} without words.`
  return new ApiError(code, message, response.status)
}

const of = (id: string, action: string): string => `/api/sessions/${encodeURIComponent(id)}/${action}`

/** What is given, behind a question mark. */
function queryOf(values: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(values).flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value]]))
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`
}

async function readCard({ body }: Response, onResult: (result: CardResult, count: number) => void): Promise<Card> {
  const reader = body?.getReader()
  const decoder = new SseDecoder()
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
    for (const { event, data } of decoder.push(read.value)) {
      const said: unknown = JSON.parse(data)
      if (event === 'card') return said as Card
      if (event === 'failure') throw new ApiError('refused', (said as { readonly message: string }).message, 400)
      const { result, count } = said as { readonly result: CardResult; readonly count: number }
      onResult(result, count)
    }
  }
  throw new ApiError('unreachable', 'The server left before all cases had run.', 0)
}

const posted = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

export function apiClient(token: string): Api {
  const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string> | undefined) }
    const response = await fetch(path, { ...init, headers, cache: 'no-store' }).catch((error: unknown) => {
      if (init.signal?.aborted) throw error
      throw new ApiError('unreachable', 'The playground does not answer. Is its program still running?', 0)
    })
    if (!response.ok) throw await failureOf(response)
    return response
  }
  const get = async <T>(path: string): Promise<T> => (await ask(path)).json() as Promise<T>
  const post = async <T>(path: string, body: unknown = {}): Promise<T> => (await ask(path, posted(body))).json() as Promise<T>
  return {
    about: () => get('/api/about'),
    sessions: ({ words, status }, after) => get(`/api/sessions${queryOf({ search: words, status, after })}`),
    session: (id) => get(`/api/sessions/${encodeURIComponent(id)}`),
    isStored: async (id) => (await get<{ stored: boolean }>(of(id, 'stored'))).stored,
    create: () => post('/api/sessions'),
    send: (id, prompt) => post(of(id, 'send'), { prompt }),
    steer: (id, prompt) => post(of(id, 'steer'), { prompt }),
    cancel: (id) => post(of(id, 'cancel')),
    answer: (id, given) => post(of(id, 'answer'), given),
    requests: async (id) => (await get<{ requests: readonly Request[] }>(of(id, 'requests'))).requests,
    fork: (id, wish) => post(of(id, 'fork'), wish),
    rewind: (id, to) => post(of(id, 'rewind'), { to }),
    why: (id, question) => post(of(id, 'why'), question),
    asked: (id, at) => get(`${of(id, 'request')}?at=${encodeURIComponent(at)}`),
    budgets: async (id) => (await get<{ budgets: readonly SharedBudget[] }>(of(id, 'budgets'))).budgets,
    workflows: async () => (await get<{ workflows: readonly WorkflowSummary[] }>('/api/workflows')).workflows,
    workflow: (id, after) => get(`/api/workflows/${encodeURIComponent(id)}${queryOf({ after })}`),
    workflowFiles: async () => (await get<{ files?: readonly string[] }>('/api/workflow-files')).files,
    workflowsIn: async (file) => (await post<{ workflows: readonly WorkflowFile[] }>('/api/workflow-files', { file })).workflows,
    begin: (wish) => post('/api/workflows', wish),
    goOn: (id, { file, name }) => post(`/api/workflows/${encodeURIComponent(id)}/resume`, { file, ...(name === '' ? {} : { name }) }),
    stop: (id) => post(`/api/workflows/${encodeURIComponent(id)}/cancel`),
    agent: () => get('/api/agent'),
    kill: () => post('/api/agent/kill'),
    start: () => post('/api/agent/start'),
    parts: () => get('/api/parts'),
    change: (wish, anyway) => post('/api/parts', { ...wish, anyway }),
    play: (scenario, anyway) => post(`/api/scenarios/${encodeURIComponent(scenario)}`, { anyway }),
    async judge(seam, module, onResult) {
      const headers = { 'content-type': 'application/json', accept: 'text/event-stream' }
      return readCard(await ask('/api/conformance', { method: 'POST', headers, body: JSON.stringify({ seam, module }) }), onResult)
    },
    resume: (id) => post(of(id, 'resume')),
    events: (id, { after, signal }) => ask(of(id, 'events'), { signal, headers: after === undefined ? {} : { 'last-event-id': after } }),
  }
}
