/** `seamfold demo`: an agent finds and fixes a real bug in a copy of the sample project. */
import { headingLines } from '../render/heading.ts'
import { chooseModel } from '../setup/provider.ts'
import { modelWish } from '../setup/settings.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { copySample } from '../workspace/sample.ts'
import { takeSnapshot } from '../workspace/snapshot.ts'
import { conclude, DEMO_TASK, type DemoOptions, demoSettings } from './demo-scene.ts'
import { exitCodeOfRun } from './exit-code.ts'
import { withWork } from './work.ts'

export async function demoCommand(options: DemoOptions, terminal: Terminal): Promise<number> {
  // What cannot work is refused before anything is copied.
  chooseModel(modelWish(options), terminal.environment)
  if (options.crash === true) return (await import('./demo-crash.ts')).demoCrashCommand(options, terminal)
  const workspace = await copySample()
  const settings = await demoSettings(workspace, options, terminal)
  const before = await takeSnapshot(workspace)
  const heading = { title: 'Seamfold demo', model: settings.model, workspace, task: DEMO_TASK }
  terminal.print(`${headingLines(heading, terminal.style()).join('\n')}\n\n`)
  return withWork({ settings, terminal, format: 'text' }, async (work) => {
    const session = await work.agent.session({ id: 'demo' })
    const run = await session.send(DEMO_TASK)
    const result = await work.follow(run, { prompts: false })
    const facts = (await session.state()).length
    await conclude(result, { settings, terminal, before, facts, signal: work.interrupt.signal })
    return exitCodeOfRun(result, work.interrupt.code())
  })
}
