/** The agent of `seamfold demo --crash`, in a process of its own: it begins the task or goes on with it, and prints one event a line. */
import { assemble } from '../setup/assemble.ts'
import { listenForInterrupt } from '../terminal/interrupt.ts'
import { createScreen } from '../terminal/screen.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { DEMO_TASK, type DemoOptions, demoSettings } from './demo-scene.ts'
import { exitCodeOfRun } from './exit-code.ts'
import { follow } from './follow.ts'

export type DemoAgentOptions = DemoOptions & { readonly unhurried?: boolean }

export async function demoAgentCommand(workspace: string, options: DemoAgentOptions, terminal: Terminal): Promise<number> {
  const interrupt = listenForInterrupt()
  const settings = await demoSettings(workspace, options, terminal)
  const { agent, close } = await assemble(settings, { environment: terminal.environment, unhurried: options.unhurried === true })
  try {
    const session = await agent.session({ id: 'demo' })
    // The same send id is the same run, however often it is asked for.
    const run = (await session.resume()) ?? (await session.send(DEMO_TASK, { id: 'demo' }))
    const result = await follow(run, { terminal, screen: createScreen(terminal), interrupt, format: 'json' })
    return exitCodeOfRun(result, interrupt.code())
  } finally {
    await close()
    interrupt.close()
  }
}
