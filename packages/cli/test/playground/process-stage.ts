/** Starts the built playground on a copy of the sample project, as people do, and speaks to it. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SseDecoder, type Envelope } from '@seamfold/core/kit'
import type { PartsReport } from '../../src/playground/parts.ts'

const cli = fileURLToPath(new URL('../../', import.meta.url))

type CaseResult = { readonly status: string; readonly reason?: string }

/** What the routes that are asked here answer. */
export type Reply = {
  readonly id: string
  readonly code: string
  readonly message: string
  readonly state: string
  readonly pid?: number
  readonly sessions: readonly unknown[]
  readonly parts: PartsReport['parts']
  readonly choices: PartsReport['choices']
  readonly passed: boolean
  readonly results: readonly CaseResult[]
}

export type Here = AsyncDisposable & {
  readonly folder: string
  readonly url: string
  /** Resolves with all that was printed. */
  stop(): Promise<string>
  ask(path: string, body?: unknown): Promise<{ readonly status: number; readonly body: Reply }>
  read(id: string, until: (envelope: Envelope) => boolean): Promise<readonly Envelope[]>
}

async function addressOf(child: ChildProcess, print: (text: string) => void): Promise<URL> {
  let output = ''
  const { promise, resolve, reject } = Promise.withResolvers<URL>()
  child.stdout?.on('data', (chunk: Buffer) => {
    output += String(chunk)
    print(String(chunk))
    const url = /http:\/\/\S+#token=\S+/.exec(output)?.[0]
    if (url !== undefined) resolve(new URL(url))
  })
  child.once('exit', () => reject(new Error(`it ended before it gave an address:\n${output}`)))
  return promise
}

export type PlaygroundStart = {
  readonly environment?: Readonly<Record<string, string>>
  readonly words?: readonly string[]
  /** Put into the folder before. */
  readonly prepare?: (folder: string) => Promise<void>
}

export async function playground({ environment = {}, words: more = [], prepare }: PlaygroundStart = {}): Promise<Here> {
  const folder = await mkdtemp(join(tmpdir(), 'playground-process-'))
  await cp(join(cli, 'sample'), folder, { recursive: true })
  await prepare?.(folder)
  const { ANTHROPIC_API_KEY: _a, OPENAI_API_KEY: _o, OPENAI_BASE_URL: _b, ...env } = process.env
  const words = [join(cli, 'dist/main.js'), 'playground', '--port', '0', '--permissions', 'full', '--no-open', ...more]
  const child = spawn(process.execPath, words, {
    cwd: folder,
    env: { ...env, NO_COLOR: '1', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let printed = ''
  const { origin, hash } = await addressOf(child, (text) => (printed += text))
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null) return
    const gone = once(child, 'close')
    child.kill('SIGTERM')
    await gone
  }
  const authorization = `Bearer ${hash.slice('#token='.length)}`
  return {
    folder,
    url: `${origin}/${hash}`,
    async stop() {
      await stop()
      return printed
    },
    async ask(path, body) {
      const sent = { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body: JSON.stringify(body) }
      const response = await fetch(origin + path, body === undefined ? { headers: { authorization } } : sent)
      return { status: response.status, body: (await response.json()) as Reply }
    },
    /** As a page does: whenever the stream is cut, it goes on after the last fact. */
    async read(id, until) {
      const facts: Envelope[] = []
      for (;;) {
        const last = facts.at(-1)?.cursor
        const response = await fetch(`${origin}/api/sessions/${id}/events`, {
          headers: { authorization, ...(last === undefined ? {} : { 'last-event-id': last }) },
        })
        const decoder = new SseDecoder()
        try {
          for await (const chunk of response.body ?? []) {
            for (const { data } of decoder.push(chunk)) {
              const envelope = JSON.parse(data) as Envelope
              if (envelope.durable) facts.push(envelope)
              if (until(envelope)) return facts
            }
          }
        } catch {
          // The process that told it was killed: read on from somebody else.
        }
      }
    },
    async [Symbol.asyncDispose]() {
      await stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export const isType =
  (...types: readonly string[]) =>
  ({ event }: Envelope): boolean =>
    types.includes(event.type)
