/** A workspace of its own, and a server that plays turns to the command that runs in it. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { callTool, script, type ScriptStep, startSimulator } from '@seamfold/simulator'
import { type Ended, seamfold, Started, temporaryFolder } from './command.ts'

export interface Stage extends AsyncDisposable {
  readonly folder: string
  run(...words: string[]): Promise<Ended>
  /** With more in its environment. */
  with(more: Readonly<Record<string, string>>, ...words: string[]): Promise<Ended>
  /** With something at its standard input. */
  feed(input: string, ...words: string[]): Promise<Ended>
  start(...words: string[]): Started
}

/** `config` is its `seamfold.config.json`. Default: none. */
export async function stage(turns: readonly ScriptStep[], config?: object): Promise<Stage> {
  const simulator = await startSimulator({ scenario: script(turns) })
  const folder = await temporaryFolder()
  const cwd = folder.path
  if (config !== undefined) await writeFile(join(cwd, 'seamfold.config.json'), JSON.stringify(config, null, 2))
  const env = { ANTHROPIC_API_KEY: 'test', ANTHROPIC_BASE_URL: simulator.anthropicBaseUrl }
  return {
    folder: cwd,
    run: (...words) => seamfold(words, { cwd, env }),
    with: (more, ...words) => seamfold(words, { cwd, env: { ...env, ...more } }),
    feed: (input, ...words) => seamfold(words, { cwd, env, input }),
    start: (...words) => new Started(words, { cwd, env }),
    async [Symbol.asyncDispose]() {
      await simulator.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

export const bash = (command: string): ReturnType<typeof callTool> => callTool('bash', { command })
