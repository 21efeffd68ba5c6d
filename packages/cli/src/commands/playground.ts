/** `seamfold playground`: the same agent in a browser. */
import { headingLines } from '../render/heading.ts'
import { resolveSettings, type Settings, type SharedOptions } from '../setup/settings.ts'
import { listenForInterrupt } from '../terminal/interrupt.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { copySample, keepSample, renewSample } from '../workspace/sample.ts'
import { judgeModule } from './judge-module.ts'
import { openBrowser } from './open-browser.ts'
import { startPlaygroundAgent } from './playground-process.ts'
import { portOf } from './port.ts'
import { hint } from './hint.ts'
import { untilStopped } from './until-stopped.ts'
import { openWorkbench } from './workbench.ts'

export type PlaygroundCommandOptions = SharedOptions & { readonly port?: string; readonly sample?: boolean; readonly open?: boolean }

/** The configuration and the journal of wherever this was started are not the sample's. */
const ofTheSample = ({ config: _config, store: _store, ...options }: PlaygroundCommandOptions): SharedOptions => options

/** One copy, with one journal, which is as it was at first whenever it is asked for. */
class SampleCopy {
  readonly #options: PlaygroundCommandOptions
  readonly #terminal: Terminal
  #settings: Settings | undefined

  constructor(options: PlaygroundCommandOptions, terminal: Terminal) {
    this.#options = options
    this.#terminal = terminal
  }

  /** Undefined before it was asked for. */
  get made(): Settings | undefined {
    return this.#settings
  }

  async renew(): Promise<Settings> {
    const workspace = this.#settings?.workspace ?? (await copySample())
    if (this.#settings !== undefined) await renewSample(workspace)
    this.#settings = await resolveSettings({ ...ofTheSample(this.#options), workspace }, this.#terminal)
    return this.#settings
  }
}

/** What was done in the copy can be looked at later. */
async function sayWhatStays({ made }: SampleCopy, terminal: Terminal): Promise<void> {
  if (made === undefined) return
  await keepSample(made.workspace)
  const { colors } = terminal.style()
  const look = hint('sessions', made, terminal)
  terminal.print(`\n  The copy of the sample project and its sessions stay where they are: ${colors.bold(look)}\n`)
}

export async function playgroundCommand(options: PlaygroundCommandOptions, terminal: Terminal): Promise<number> {
  const sample = new SampleCopy(options, terminal)
  const own = Promise.withResolvers<Settings>()
  const port = options.port === undefined ? undefined : portOf('--port', options.port)
  const { servePlayground } = await import('../playground/serve.ts')
  const interrupt = listenForInterrupt()
  const playground = await servePlayground({
    ...(port === undefined ? {} : { port }),
    async judgeModule(request) {
      const { workspace } = await own.promise
      return judgeModule(request, { folders: [...new Set([workspace, terminal.folder])], environment: terminal.environment })
    },
    // Once the port is ours: nothing is copied for a playground that cannot be.
    async open() {
      own.resolve(options.sample === true ? await sample.renew() : await resolveSettings(options, terminal))
      return openWorkbench({
        own: await own.promise,
        ownIsSample: options.sample === true,
        sample: () => sample.renew(),
        environment: terminal.environment,
        start: (chosen) => startPlaygroundAgent(chosen, terminal),
      })
    },
  })
  const settings = await own.promise
  const style = terminal.style()
  const heading = headingLines(
    { title: 'Seamfold playground', model: settings.model, workspace: settings.workspace, mode: settings.mode },
    style,
  )
  terminal.print(
    `${[...heading, '', `  ${style.colors.bold(style.colors.cyan(playground.url))}`, '', style.colors.dim('  Ctrl-C stops it.')].join('\n')}\n`,
  )
  const forget = options.open === false || !terminal.live ? undefined : await openBrowser(playground.url, terminal.environment)
  await untilStopped(interrupt)
  await forget?.()
  await playground.close()
  interrupt.close()
  await sayWhatStays(sample, terminal)
  return 0
}
