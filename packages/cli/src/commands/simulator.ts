/** `seamfold simulator`: a local server that speaks the providers' protocols, for any SDK. */
import { AgentError } from '@seamfold/core/kit'
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
  const simulator = await startSimulator({ scenario: codingScenario(), ...(number === undefined ? {} : { port: number }) }).catch(
    (error: unknown) => {
      throw refusal(error, number)
    },
  )
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

/** A port that cannot be had is a wrong option, and no bug. */
function refusal(error: unknown, port: number | undefined): unknown {
  const cause = error instanceof Error ? (error.cause ?? error) : undefined
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (port === undefined || (code !== 'EADDRINUSE' && code !== 'EACCES')) return error
  const why = code === 'EACCES' ? 'this user may not listen there' : 'another program uses it'
  return new AgentError('invalid_argument', `--port is ${port}, and ${why}. Choose another, or leave it out to take any free one.`, {
    cause: error,
  })
}
