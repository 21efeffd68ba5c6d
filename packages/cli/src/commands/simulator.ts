/** `seamfold simulator`: a local server that speaks the providers' protocols, for any SDK. */
import { listenForInterrupt } from '../terminal/interrupt.ts'
import { fieldLines } from '../render/fields.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { untilStopped } from './until-stopped.ts'
import { portOf } from './port.ts'

export type SimulatorOptions = { readonly port?: string }

export async function simulatorCommand({ port }: SimulatorOptions, terminal: Terminal): Promise<number> {
  const number = port === undefined ? undefined : portOf('--port', port)
  const { startSimulator, codingScenario } = await import('@seamfold/simulator')
  const interrupt = listenForInterrupt()
  const simulator = await startSimulator({ scenario: codingScenario(), ...(number === undefined ? {} : { port: number }) })
  const style = terminal.style()
  const fields = fieldLines(
    [
      ['Anthropic', { verbatim: `ANTHROPIC_BASE_URL=${simulator.anthropicBaseUrl} ANTHROPIC_API_KEY=any` }],
      ['OpenAI', { verbatim: `OPENAI_BASE_URL=${simulator.openaiBaseUrl} OPENAI_API_KEY=any` }],
    ],
    style,
  )
  terminal.print(
    `${[style.colors.bold('The simulator answers as Anthropic and OpenAI do'), '', ...fields, '', style.colors.dim('  Ctrl-C stops it.')].join('\n')}\n`,
  )
  await untilStopped(interrupt)
  await simulator.close()
  interrupt.close()
  return 0
}
