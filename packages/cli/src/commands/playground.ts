/** `seamfold playground`: the same agent in a browser. */
import { resolveSettings, type SharedOptions } from '../setup/settings.ts'
import { assemble } from '../setup/assemble.ts'
import { headingLines } from '../render/heading.ts'
import { listenForInterrupt } from '../terminal/interrupt.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { portOf } from './port.ts'
import { untilStopped } from './until-stopped.ts'

export type PlaygroundCommandOptions = SharedOptions & { readonly port?: string }

/** Offered on the empty page: each is worth a try in any folder with code. */
const examples = [
  { title: 'Fix a failing test', prompt: 'A test fails. Find out why, fix the code, not the test, and make sure that all tests pass.' },
  { title: 'Look around', prompt: 'What is in this folder, and how are its tests run?' },
]

export async function playgroundCommand(options: PlaygroundCommandOptions, terminal: Terminal): Promise<number> {
  const settings = await resolveSettings(options, terminal)
  const port = options.port === undefined ? undefined : portOf('--port', options.port)
  const { servePlayground } = await import('../playground/serve.ts')
  const interrupt = listenForInterrupt()
  const playground = await servePlayground({
    ...(port === undefined ? {} : { port }),
    open: async () => {
      const { agent, journal, model, close } = await assemble(settings, { environment: terminal.environment, unhurried: true })
      const about = {
        model: model.id,
        simulated: settings.model.provider === 'simulator',
        workspace: settings.workspace,
        journal: settings.storePath,
        examples,
      }
      return { agent, store: journal.store, about, close }
    },
  })
  const style = terminal.style()
  const heading = headingLines(
    { title: 'Seamfold playground', model: settings.model, workspace: settings.workspace, mode: settings.mode },
    style,
  )
  terminal.print(
    `${[...heading, '', `  ${style.colors.bold(style.colors.cyan(playground.url))}`, '', style.colors.dim('  Ctrl-C stops it.')].join('\n')}\n`,
  )
  await untilStopped(interrupt)
  await playground.close()
  interrupt.close()
  return 0
}
