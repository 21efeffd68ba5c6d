/** `seamfold worker`: runs the steps of agents that were started elsewhere. */
import { teamExecutor } from '@seamfold/core'
import { serveExecutor } from '@seamfold/executor-remote'
import { fieldLines } from '../render/fields.ts'
import { modelText } from '../render/heading.ts'
import { assemble } from '../setup/assemble.ts'
import { journalName } from '../setup/journal-name.ts'
import { resolveSettings, wholeNumber, type SharedOptions } from '../setup/settings.ts'
import { listenForInterrupt } from '../terminal/interrupt.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { addressOf } from './port.ts'
import { untilStopped } from './until-stopped.ts'

export type WorkerOptions = SharedOptions & {
  readonly listen: string
  /** What this worker can do, for callers that place steps by label. */
  readonly label?: readonly string[]
  /** Steps at once. */
  readonly capacity?: string
}

/** What callers must present comes from the environment: a command line can be read by others on the machine. */
export const WORKER_TOKEN = 'SEAMFOLD_WORKER_TOKEN'

export async function workerCommand(options: WorkerOptions, terminal: Terminal): Promise<number> {
  const address = addressOf('--listen', options.listen)
  const capacity = wholeNumber('--capacity', options.capacity)
  const settings = await resolveSettings(options, terminal)
  const token = terminal.environment[WORKER_TOKEN]
  const interrupt = listenForInterrupt()
  const assembled = await assemble(settings, { environment: terminal.environment, warn: (text) => terminal.complain(`${text}\n`) })
  try {
    const serving = await serveExecutor(teamExecutor(assembled.options, assembled.team.options), {
      ...address,
      ...(token === undefined || token === '' ? {} : { token }),
      ...(options.label === undefined ? {} : { labels: options.label }),
      ...(capacity === undefined ? {} : { capacity }),
      // Whoever opens this file finds the steps again: this worker once it is back, or another one beside it.
      journal: await journalName(settings.storePath),
    })
    const style = terminal.style()
    const fields = fieldLines(
      [
        ['Address', style.colors.bold(serving.url)],
        [
          'Callers',
          token === undefined || token === ''
            ? `anyone on this machine; set ${WORKER_TOKEN} to ask for a token`
            : `those who present the token of ${WORKER_TOKEN}`,
        ],
        ['Model', modelText(settings.model, style)],
        ['Workspace', settings.workspace],
      ],
      style,
    )
    terminal.print(`${[style.colors.bold('Seamfold worker'), '', ...fields, '', style.colors.dim('  Ctrl-C stops it.')].join('\n')}\n`)
    await untilStopped(interrupt)
    const { steps } = serving
    if (steps > 0) terminal.print(`\nWaits for ${counted(steps)}. Ctrl-C again leaves at once; they go on when the worker is back.\n`)
    await serving.drain()
    await serving.close()
    return 0
  } finally {
    await assembled.close()
    interrupt.close()
  }
}

const counted = (steps: number): string => (steps === 1 ? 'one step' : `${steps} steps`)
