/** Starts the demo's agent as a process of its own, and reads its events from what it prints. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { AgentError, type Envelope } from '@seamfold/core/kit'
import type { Terminal } from '../terminal/terminal.ts'
import type { DemoOptions } from './demo-scene.ts'

export interface AgentProcess {
  readonly pid: number
  /** What it tells, until it is gone. */
  readonly events: AsyncIterable<Envelope>
  kill(signal: 'SIGKILL' | 'SIGTERM'): void
  /** Resolves when it is gone: with its exit code, or undefined when a signal ended it. */
  readonly gone: Promise<number | undefined>
}

/** Throws `internal` when the process cannot be started. */
export async function startAgentProcess(workspace: string, options: DemoOptions, terminal: Terminal): Promise<AgentProcess> {
  const { model, provider, baseUrl } = options
  const words = [
    process.argv[1] ?? '',
    'demo-agent',
    workspace,
    ...(model === undefined ? [] : ['--model', model]),
    ...(provider === undefined ? [] : ['--provider', provider]),
    ...(baseUrl === undefined ? [] : ['--base-url', baseUrl]),
    ...(terminal.live ? ['--unhurried'] : []),
  ]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...terminal.environment } })
  const gone = new Promise<number | undefined>((resolve) => child.once('close', (code) => resolve(code ?? undefined)))
  const failed = new Promise<never>((_, reject) =>
    child.once('error', (error) =>
      reject(new AgentError('internal', `The agent's process could not be started: ${error.message}`, { cause: error })),
    ),
  )
  await Promise.race([new Promise<void>((resolve) => child.once('spawn', resolve)), failed])
  return { pid: child.pid ?? 0, events: envelopes(child.stdout), kill: (signal) => void child.kill(signal), gone }
}

/** A line that was cut off by the end of the process is no event. */
async function* envelopes(output: NodeJS.ReadableStream): AsyncGenerator<Envelope> {
  for await (const line of createInterface({ input: output, crlfDelay: Infinity })) {
    const envelope = parse(line)
    if (envelope !== undefined) yield envelope
  }
}

function parse(line: string): Envelope | undefined {
  try {
    return JSON.parse(line) as Envelope
  } catch {
    return undefined // the process was killed while it wrote it: the journal has the fact
  }
}
