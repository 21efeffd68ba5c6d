/** Runs one command in a process group of its own: something to read, bounded output, and nothing left of it when it is stopped. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { AgentError } from '@seamfold/core/kit'
import { killGroup, killMarked, MARK_VARIABLE } from './end-processes.ts'

export type CommandJob = {
  readonly program: string
  readonly args: readonly string[]
  readonly directory: string | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
  /** What it reads. */
  readonly input: string
  /** More on its standard output ends it. */
  readonly maxOutputBytes: number
  readonly signal: AbortSignal
  /** For errors. */
  readonly who: string
}

/** `code` is null where a signal ended it. Of what it complained only the beginning is kept. */
export type CommandEnd = {
  readonly code: number | null
  readonly killedBy: NodeJS.Signals | null
  readonly output: string
  readonly complaint: string
}

const COMPLAINT_BYTES = 8_192
/** Milliseconds that the output may stay open when the command has ended: something that left its group may hold it. */
const DRAIN_MS = 200

/** Rejects with the signal's reason, or `contract_violation`, when nothing of the command runs any more. */
export async function runCommand(job: CommandJob): Promise<CommandEnd> {
  const mark = randomUUID()
  const child = spawn(job.program, job.args, {
    cwd: job.directory,
    detached: true,
    env: { ...job.environment, [MARK_VARIABLE]: mark },
    stdio: 'pipe',
  })
  const stop = new AbortController()
  const onAbort = (): void => stop.abort(job.signal.reason)
  job.signal.addEventListener('abort', onAbort, { once: true })
  stop.signal.addEventListener('abort', () => child.pid !== undefined && killGroup(child.pid), { once: true })
  try {
    const end = await follow(child, job, (reason) => stop.abort(reason))
    if (!stop.signal.aborted) return end
    await killMarked(mark)
    throw stop.signal.reason
  } finally {
    job.signal.removeEventListener('abort', onAbort)
  }
}

/** Until it has ended, and what it left in its group with it. */
async function follow(
  child: ChildProcessWithoutNullStreams,
  { input, maxOutputBytes, who, program }: CommandJob,
  stop: (reason: unknown) => void,
): Promise<CommandEnd> {
  const output = gathered(child.stdout, maxOutputBytes, () =>
    stop(new AgentError('contract_violation', `${who} wrote more than ${maxOutputBytes} bytes to its standard output`)),
  )
  const complaint = gathered(child.stderr, COMPLAINT_BYTES)
  const closed = new Promise<void>((resolve) => void child.once('close', () => resolve()))
  const exited = new Promise<Pick<CommandEnd, 'code' | 'killedBy'>>((resolve, reject) => {
    child.once('exit', (code, killedBy) => resolve({ code, killedBy }))
    child.once('error', (error) =>
      reject(new AgentError('invalid_argument', `${who} could not be started: ${error.message}. Is '${program}' there?`, { cause: error })),
    )
  })
  child.stdin.on('error', () => {}) // it need not read what it is told
  child.stdin.end(input)
  const end = await exited
  if (child.pid !== undefined) killGroup(child.pid)
  await drained(closed)
  child.stdout.destroy()
  child.stderr.destroy()
  return { ...end, output: output(), complaint: complaint() }
}

/** The beginning of what a stream says. The rest is read and forgotten. */
function gathered(stream: NodeJS.ReadableStream, limit: number, onMore?: () => void): () => string {
  const chunks: Buffer[] = []
  let left = limit
  stream.on('error', () => {}) // the end tells what became of it
  stream.on('data', (chunk: Buffer) => {
    if (chunk.length > left) onMore?.()
    if (left > 0) chunks.push(chunk.subarray(0, left))
    left = Math.max(0, left - chunk.length)
  })
  return () => Buffer.concat(chunks).toString('utf8')
}

async function drained(closed: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, DRAIN_MS)))
  await Promise.race([closed, late])
  clearTimeout(timer)
}
