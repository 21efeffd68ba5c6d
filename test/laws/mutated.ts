/** How tests of a law end with one of its mutants in the sources, told by a process that runs them all. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Law } from './laws.ts'

/** Without a file, in all of the law; without a mutant, the sources as they are. */
export type Asked = { readonly law: Law; readonly file?: string; readonly mutant?: number }

export type Ended = readonly { readonly file: string; readonly title: string; readonly status: string }[]

export interface Mutated {
  /** One at a time. */
  ending(asked: Asked): Promise<Ended>
  close(): Promise<void>
}

export function mutated(): Mutated {
  const script = fileURLToPath(new URL('mutant-runs.ts', import.meta.url))
  const child = fork(script, { execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  let errors = ''
  child.stderr?.on('data', (chunk) => (errors += String(chunk)))
  const exit = once(child, 'exit')
  return {
    async ending(asked) {
      child.send(asked)
      const ended = await Promise.race([once(child, 'message'), exit.then(() => undefined)])
      if (ended === undefined) throw new Error(`What runs the mutants is gone:\n${errors}`)
      return ended[0] as Ended
    },
    async close() {
      child.disconnect()
      await exit
    },
  }
}
