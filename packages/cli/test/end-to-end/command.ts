/** Runs the built command as a real process, in folders of its own. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Envelope } from '@seamfold/core/kit'

export const main: string = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

export type Ended = { readonly code: number | null; readonly signal: string | null; readonly stdout: string; readonly stderr: string }

export type Start = {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Standard input; it is closed after that. Default: empty. */
  readonly input?: string
}

/** An environment without keys and colours of whoever runs the tests. */
const bareEnvironment = (): NodeJS.ProcessEnv => {
  const {
    ANTHROPIC_API_KEY: _a,
    OPENAI_API_KEY: _b,
    ANTHROPIC_BASE_URL: _c,
    OPENAI_BASE_URL: _d,
    FORCE_COLOR: _e,
    NODE_OPTIONS: _f,
    SEAMFOLD_COMMAND: _g,
    ...rest
  } = process.env
  return { ...rest, NO_COLOR: '1', COLUMNS: '100', LANG: 'C.UTF-8' }
}

/** A process that is under way. */
export class Started {
  readonly child: ChildProcessWithoutNullStreams
  readonly ended: Promise<Ended>
  stdout = ''
  #stderr = ''
  #closed = false
  readonly #waiting = new Set<() => void>()

  constructor(words: readonly string[], { cwd, env, input = '' }: Start = {}) {
    this.child = spawn(process.execPath, [main, ...words], { env: { ...bareEnvironment(), ...env }, ...(cwd === undefined ? {} : { cwd }) })
    const { promise, resolve, reject } = Promise.withResolvers<Ended>()
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text
      for (const look of this.#waiting) look()
    })
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text))
    this.child.on('error', reject)
    this.child.on('close', (code, signal) => {
      this.#closed = true
      resolve({ code, signal, stdout: this.stdout, stderr: this.#stderr })
      for (const look of this.#waiting) look()
    })
    this.child.stdin.on('error', () => {}) // it ended before it read everything
    this.child.stdin.end(input)
    this.ended = promise
  }

  /** Resolves when standard output holds a text. Rejects when the process ends without it. */
  async saw(text: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const look = (): void => {
      if (this.stdout.includes(text)) resolve()
      else if (this.#closed) reject(new Error(`it ended without '${text}':\n${this.stdout}\n${this.#stderr}`))
    }
    this.#waiting.add(look)
    look()
    await promise.finally(() => this.#waiting.delete(look))
  }
}

/** Run to the end. */
export const seamfold = (words: readonly string[], start?: Start): Promise<Ended> => new Started(words, start).ended

/** A folder that is gone at the end. */
export async function temporaryFolder(): Promise<{ readonly path: string; [Symbol.asyncDispose](): Promise<void> }> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'seamfold-e2e-')))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** The events of `--json`, one a line. */
export const envelopes = (stdout: string): readonly Envelope[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Envelope)
