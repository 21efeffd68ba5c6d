/** Starts the built command with its playground in a fresh copy of the sample project. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const cli = fileURLToPath(new URL('../../../packages/cli/', import.meta.url))

export type Command = { readonly url: string; stop(signal: NodeJS.Signals): Promise<void> }

export type Project = AsyncDisposable & { readonly folder: string; start(...options: readonly string[]): Promise<Command> }

async function addressOf(child: ChildProcess): Promise<string> {
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (chunk: string) => (output += chunk))
  const ended = once(child, 'exit').then(() => true)
  for (;;) {
    const url = /http:\/\/\S+#token=\S+/.exec(output)?.[0]
    if (url !== undefined) return url
    const more = child.stdout ? once(child.stdout, 'data').then(() => false) : ended
    if (await Promise.race([ended, more])) throw new Error(`the command ended before it gave an address:\n${output}`)
  }
}

type Environment = Readonly<Record<string, string>>

/** The project is deleted at the end, and what was started in it is killed. What is started sees no key but those that are given. */
export async function project(given: Environment = {}): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'playground-'))
  await cp(join(cli, 'sample'), folder, { recursive: true })
  const children = new Set<ChildProcess>()
  const { ANTHROPIC_API_KEY: _a, OPENAI_API_KEY: _o, OPENAI_BASE_URL: _b, ...env } = process.env
  const stop = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
    children.delete(child)
    if (child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill(signal)
    await exit
  }
  return {
    folder,
    async start(...options) {
      const child = spawn(process.execPath, [join(cli, 'dist/main.js'), 'playground', '--port', '0', ...options], {
        cwd: folder,
        env: { ...env, ...given },
      })
      children.add(child)
      return { url: await addressOf(child), stop: (signal) => stop(child, signal) }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...children].map((child) => stop(child, 'SIGKILL')))
      await rm(folder, { recursive: true, force: true })
    },
  }
}
