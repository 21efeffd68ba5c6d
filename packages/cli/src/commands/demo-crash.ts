/** `seamfold demo --crash`: kills its own agent in the middle of a tool call, goes on in a new process, and says what that cost. */
import { openSession, type SessionState } from '@seamfold/core'
import type { Envelope } from '@seamfold/core/kit'
import { describeCall } from '../render/call.ts'
import { headingLines } from '../render/heading.ts'
import { plural, visibleLine } from '../render/text.ts'
import { recoveryLines } from '../render/recovery.ts'
import { statusLine } from '../render/status.ts'
import { beginTranscript, transcribe, type Transcript } from '../render/transcript.ts'
import type { Settings } from '../setup/settings.ts'
import { openExistingJournal } from '../setup/store.ts'
import { type Interrupt, listenForInterrupt } from '../terminal/interrupt.ts'
import { createScreen, type Screen } from '../terminal/screen.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { copySample } from '../workspace/sample.ts'
import { takeSnapshot } from '../workspace/snapshot.ts'
import { type AgentProcess, startAgentProcess } from './agent-process.ts'
import { conclude, DEMO_TASK, type DemoOptions, demoSettings } from './demo-scene.ts'
import { EXIT } from './exit-code.ts'
import { factsOf } from './find-fact.ts'
import { createKiller, type Killer } from './killer.ts'

export async function demoCrashCommand(options: DemoOptions, terminal: Terminal): Promise<number> {
  const workspace = await copySample()
  const settings = await demoSettings(workspace, options, terminal)
  const before = await takeSnapshot(workspace)
  const heading = { title: 'Seamfold demo, with a crash', model: settings.model, workspace, task: DEMO_TASK }
  terminal.print(`${headingLines(heading, terminal.style()).join('\n')}\n\n`)
  const screen = createScreen(terminal)
  const interrupt = listenForInterrupt()
  const stage = new Stage({ settings, options, terminal, screen, interrupt })
  try {
    const crashed = await stage.playUntilKilled()
    if (crashed !== undefined) await stage.goOn()
    const { status, facts, lines } = await stage.lookBack(crashed)
    if (lines.length > 0) terminal.print(`\n${lines.join('\n')}\n`)
    await conclude({ status }, { settings, terminal, before, facts, signal: interrupt.signal })
    return interrupt.code() ?? (status === 'completed' && crashed !== undefined ? EXIT.completed : EXIT.failed)
  } finally {
    screen.close()
    interrupt.close()
  }
}

type StageOptions = {
  readonly settings: Settings
  readonly options: DemoOptions
  readonly terminal: Terminal
  readonly screen: Screen
  readonly interrupt: Interrupt
}

class Stage {
  readonly #stage: StageOptions
  #transcript: Transcript = beginTranscript
  /** Cursors of facts that were shown: a new process tells the run from its start. */
  readonly #shown = new Set<string>()

  constructor(stage: StageOptions) {
    this.#stage = stage
  }

  /** How many facts the journal held when the agent was killed in the middle of a call; undefined when it was done before. */
  async playUntilKilled(): Promise<number | undefined> {
    const { terminal, interrupt } = this.#stage
    for (;;) {
      const killer = createKiller()
      const agent = await this.#start()
      await this.#show(agent, killer)
      await agent.gone
      const { length, run } = await this.#state()
      if (interrupt.signal.aborted || killer.struck === undefined || (run?.status !== 'executing' && run?.status !== 'suspended')) {
        if (!interrupt.signal.aborted) terminal.print('\nThe task was done before the crash: try again.\n')
        return undefined
      }
      const open = openCallsOf(run)
      this.#tellDeath(agent.pid, { length, open, afterMs: killer.struck })
      // The call may have ended in the moment between: then the next one is waited for.
      if (open.length > 0) return length
      this.#say(`${this.#style.colors.dim('  It had just ended. Once more:')}\n\n`)
    }
  }

  async goOn(): Promise<void> {
    const agent = await this.#start()
    const { colors, signs } = this.#style
    this.#say(
      `${colors.green(signs.retry)} ${colors.bold(`Process ${agent.pid} goes on`)} ${colors.dim('from what the journal holds')}\n\n`,
    )
    await this.#show(agent, undefined)
    await agent.gone
  }

  async lookBack(crashed: number | undefined): Promise<{ status: 'completed' | 'failed'; facts: number; lines: readonly string[] }> {
    return this.#withView(async (view) => {
      const state = await view.state()
      const status = state.run?.status === 'completed' ? 'completed' : 'failed'
      const lines = crashed === undefined ? [] : recoveryLines(await factsOf(view), crashed, this.#style)
      return { status, facts: state.length, lines }
    })
  }

  get #style(): ReturnType<Terminal['style']> {
    return this.#stage.terminal.style()
  }

  #start(): Promise<AgentProcess> {
    const { settings, options, terminal } = this.#stage
    return startAgentProcess(settings.workspace, options, terminal)
  }

  /** Show what a process tells until it is gone. The killer is told too. */
  async #show(agent: AgentProcess, killer: Killer | undefined): Promise<void> {
    const { terminal, screen, interrupt } = this.#stage
    const stop = (): void => agent.kill('SIGTERM')
    if (interrupt.signal.aborted) stop()
    interrupt.signal.addEventListener('abort', stop, { once: true })
    let since = terminal.now()
    screen.watch(() => statusLine(this.#transcript, { style: terminal.style(), since, now: terminal.now() }))
    try {
      for await (const envelope of agent.events) {
        killer?.see(envelope, () => agent.kill('SIGKILL'))
        if (this.#print(envelope)) since = terminal.now()
      }
    } finally {
      killer?.stop()
      screen.watch(undefined)
      interrupt.signal.removeEventListener('abort', stop)
    }
  }

  #print(envelope: Envelope): boolean {
    if (envelope.durable && this.#shown.has(envelope.cursor)) return false
    if (envelope.durable) this.#shown.add(envelope.cursor)
    const printed = transcribe(this.#transcript, envelope, { style: this.#style, prompts: false })
    this.#transcript = printed.transcript
    this.#stage.screen.print(printed.output)
    return true
  }

  #say(text: string): void {
    this.#stage.screen.print(text)
  }

  #tellDeath(
    pid: number,
    { length, open, afterMs }: { readonly length: number; readonly open: readonly OpenCall[]; readonly afterMs: number },
  ): void {
    const { colors, signs } = this.#style
    const calls = open.map(({ name, gist }) => `${colors.bold(visibleLine(name))} ${visibleLine(gist)}`)
    const where = calls.length === 0 ? '' : ` in the middle of ${calls.join(' and ')}, ${Math.round(afterMs)} ms after it had begun`
    this.#say(`\n${colors.red(signs.failed)} ${colors.bold(`Process ${pid} was killed`)} (SIGKILL)${where}\n`)
    this.#say(`${colors.dim(`  The journal holds ${plural(length, 'fact')}. How that call ended is not one of them.`)}\n\n`)
  }

  #state(): Promise<SessionState> {
    return this.#withView((view) => view.state())
  }

  async #withView<T>(work: (view: Awaited<ReturnType<typeof openSession>>) => Promise<T>): Promise<T> {
    const journal = await openExistingJournal(this.#stage.settings.storePath)
    try {
      return await work(await openSession(journal.store, 'demo'))
    } finally {
      await journal.close()
    }
  }
}

type OpenCall = { readonly name: string; readonly gist: string }

/** Calls that were begun and have no result. */
const openCallsOf = (run: SessionState['run']): readonly OpenCall[] =>
  [...(run?.batch?.states.values() ?? [])].flatMap(({ start, result }) =>
    start === undefined || result !== undefined ? [] : [{ name: start.name, gist: describeCall(start.name, start.args) }],
  )
