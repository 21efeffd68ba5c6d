/** `seamfold chat`: a conversation at the terminal. */
import type { RunResult, Session } from '@seamfold/core'
import { type Usage, isAgentError } from '@seamfold/core/kit'
import { costText, usageText } from '../render/ending.ts'
import { headingLines } from '../render/heading.ts'
import { visible } from '../render/text.ts'
import { recall } from '../setup/remembered.ts'
import { resolveSettings, type Settings, type SharedOptions } from '../setup/settings.ts'
import { ignoreInterrupts, listenForInterrupt } from '../terminal/interrupt.ts'
import { createLines, type Lines } from '../terminal/lines.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { EXIT } from './exit-code.ts'
import { namedSession, shortId } from './find-session.ts'
import { refuseAsked } from './asker.ts'
import { refuseDamaged } from './damage.ts'
import { hint, quote, showHint } from './hint.ts'
import { differs, startedWords } from './started.ts'
import { sendRemembered } from './send.ts'
import { steer, type Steering } from './steering.ts'
import { suggestion } from '../config/nearest.ts'
import { waitingLines } from './waiting.ts'
import { type Work, withWork } from './work.ts'

export type ChatOptions = SharedOptions & { readonly session?: string }

type Chat = {
  readonly work: Work
  readonly session: Session
  readonly settings: Settings
  readonly terminal: Terminal
  readonly lines: Lines
}

export async function chatCommand(options: ChatOptions, terminal: Terminal): Promise<number> {
  const settings = await resolveSettings(options, terminal)
  return withWork({ settings, terminal, format: 'text' }, async (work) => {
    const session = await work.agent.session(
      options.session === undefined ? {} : { id: await namedSession(work.assembled.journal.store, options.session) },
    )
    const { store } = work.assembled.journal
    if (options.session !== undefined) {
      await refuseDamaged(store, session.id, showHint(session.id, settings, terminal))
      await refuseAsked({ id: session.id, state: await session.state() }, { store, places: settings, terminal })
    }
    // Each run listens for itself: at the prompt Ctrl-C is a key, and after a run it must not end the next one.
    const attend = ignoreInterrupts()
    work.interrupt.close()
    const heading = { title: 'Seamfold', model: settings.model, workspace: settings.workspace, mode: settings.mode, session: session.id }
    terminal.print(
      `${headingLines(heading, terminal.style()).join('\n')}\n\n  ${terminal.style().colors.dim('/help tells what can be typed here')}\n\n`,
    )
    const lines = terminal.interactive ? work.lines : createLines(terminal)
    try {
      return await converse({ work, session, settings, terminal, lines })
    } finally {
      attend()
      lines.close()
    }
  })
}

/** Ask, answer, ask again, until the person leaves. */
async function converse(chat: Chat): Promise<number> {
  const { terminal, settings, session } = chat
  await tellDifference(chat)
  await chat.work.settle(session)
  const unfinished = await proceed(chat, () => session.resume())
  if (typeof unfinished === 'object') return leave(chat, unfinished.code)
  let pressed = false
  for (;;) {
    const reply = await readMessage(chat)
    if (reply.type === 'end') return leave(chat)
    if (reply.type === 'gone') return 129
    if (reply.type === 'interrupt') {
      if (pressed) return leave(chat)
      pressed = true
      terminal.print(`  ${terminal.style().colors.dim('Ctrl-C again, or /exit, to leave')}\n`)
      continue
    }
    pressed = false
    const text = reply.text.trim()
    if (text === '') continue
    if (text.startsWith('/')) {
      if (await slash(text, chat)) return leave(chat)
      continue
    }
    const next = await proceed(chat, () => sendRemembered(session, text, { journal: chat.work.assembled.journal, settings, terminal }))
    if (typeof next === 'object') return leave(chat, next.code)
    if (next === 'suspended' && !terminal.interactive) return EXIT.suspended
    if (next === 'suspended')
      terminal.print(`\n${(await waitingLines(await session.waitingFor(), { places: settings, terminal })).join('\n')}\n\n`)
  }
}

/** A run that was started in another way goes on as this chat does: that is said, with the way to go on as it was. */
async function tellDifference({ session, settings, terminal, work }: Chat): Promise<void> {
  const { run } = await session.state()
  if (run === undefined || (run.status !== 'executing' && run.status !== 'suspended')) return
  const remembered = await recall(work.assembled.journal.store, run.sendId)
  if (remembered === undefined || !differs(settings, remembered)) return
  const { colors, signs } = terminal.style()
  const resume = hint(`resume ${quote(shortId(session.id))}`, settings, terminal)
  terminal.print(`  ${colors.yellow(signs.warning)} ${startedWords(settings, remembered)}\n    To go on as it was: ${resume}\n\n`)
}

/** One message; a line that ends with a backslash goes on in the next. */
async function readMessage({ terminal, lines }: Chat): ReturnType<Lines['ask']> {
  const { colors, signs } = terminal.style()
  let text = ''
  for (;;) {
    const prompt = text === '' ? `${colors.cyan(signs.prompt)} ` : `${colors.dim(signs.dot)} `
    const reply = await lines.ask(prompt, { remember: true })
    if (reply.type !== 'line') return reply
    text += reply.text
    if (!text.endsWith('\\')) return { type: 'line', text }
    text = `${text.slice(0, -1)}\n`
  }
}

/** With which exit code the chat is left. */
type Leaving = { readonly code: number }

type Starting = () => ReturnType<Session['resume']>

/** Start a run, if there is one, and show it to its end. The first Ctrl-C stops it, the second leaves. */
async function proceed({ work, terminal, lines }: Chat, start: Starting): Promise<'done' | 'suspended' | Leaving> {
  const interrupt = listenForInterrupt()
  try {
    const run = await start()
    if (run === undefined) return 'done'
    terminal.print('\n')
    const steering = terminal.interactive ? steer({ run, lines, screen: work.screen, terminal }) : undefined
    const result = await steered(work.follow(run, { prompts: false }, { interrupt, steering }), steering)
    terminal.print('\n')
    // Ctrl-C stops a run; any other signal is meant for the whole chat.
    const code = interrupt.code()
    if (result.status === 'suspended' && (code === undefined || code === 130)) return 'suspended'
    return code === undefined || code === 130 ? 'done' : { code }
  } catch (error) {
    // A refused message ends nothing: the person is told and may say something else.
    if (!isAgentError(error)) throw error
    terminal.print(`\n  ${terminal.style().colors.red(terminal.style().signs.failed)} ${visible(error.message)}\n\n`)
    return 'done'
  } finally {
    interrupt.close()
  }
}

/** What a run that is suspended has not read it reads when it goes on. */
async function steered(following: Promise<RunResult>, steering: Steering | undefined): Promise<RunResult> {
  try {
    const result = await following
    steering?.stop(result.status === 'suspended')
    return result
  } catch (error) {
    steering?.stop(false)
    throw error
  }
}

const HELP: readonly (readonly [string, string])[] = [
  ['/help', 'this list'],
  ['/cost', 'what this session has used'],
  ['/session', 'its id, and how to come back to it'],
  ['/exit', 'leave; the session stays in the journal'],
  ['words', 'during a run are read by the model before its next turn'],
  ['Ctrl-C', 'stops the run that is under way; twice leaves'],
  ['\\', 'at the end of a line goes on in the next'],
]

/** True when the person leaves. */
async function slash(text: string, { session, settings, terminal }: Chat): Promise<boolean> {
  const { colors } = terminal.style()
  const [command = ''] = text.split(/\s+/)
  switch (command) {
    case '/exit':
    case '/quit':
      return true
    case '/help':
      terminal.print(`${HELP.map(([key, words]) => `  ${colors.bold(key.padEnd(9))} ${colors.dim(words)}`).join('\n')}\n\n`)
      return false
    case '/session':
      terminal.print(`  ${session.id}\n  ${colors.dim(hint(`chat --session ${quote(shortId(session.id))}`, settings, terminal))}\n\n`)
      return false
    case '/cost': {
      const { usage, cost } = await session.state()
      terminal.print(`  ${used(usage, cost)}\n\n`)
      return false
    }
    default:
      terminal.print(`  There is no ${command}. ${suggestion(command, ['/help', '/cost', '/session', '/exit'])}\n\n`)
      return false
  }
}

const used = (usage: Usage, cost: number | undefined): string => [usageText(usage), costText(cost)].filter((part) => part !== '').join(', ')

function leave({ session, settings, terminal }: Chat, code: number = EXIT.completed): number {
  if (terminal.interactive) {
    const { colors } = terminal.style()
    terminal.print(`\n${colors.dim(`Come back with: ${hint(`chat --session ${quote(shortId(session.id))}`, settings, terminal)}`)}\n`)
  }
  return code
}
