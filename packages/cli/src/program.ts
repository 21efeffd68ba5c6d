/** The commands with their options; what they do is loaded only when one is called. */
import { Command, CommanderError } from 'commander'
import { exitCodeOfError } from './commands/exit-code.ts'
import { AgentError, isAgentError, toMessage } from '@seamfold/core/kit'
import { nearest } from './config/nearest.ts'
import { visible } from './render/text.ts'
import { type Act, type Action, withAgent, withPlace } from './program-options.ts'
import { addPolicy } from './program-policy.ts'
import { addLetters } from './program-letters.ts'
import { addRuns, addSessionVerbs } from './program-sessions.ts'
import { addWorkflow } from './program-workflow.ts'
import type { Terminal } from './terminal/terminal.ts'

/** Parse a command line and do what it says. Resolves with the exit code; never rejects. */
export async function runProgram(words: readonly string[], terminal: Terminal, version: string): Promise<number> {
  let code = 0
  const act =
    <Arguments extends readonly unknown[]>(action: Action<Arguments>) =>
    async (...given: Arguments): Promise<void> => {
      code = await action(...given)
    }
  const program = createProgram(terminal, version, act)
  try {
    await program.parseAsync([...words], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    return complain(error, terminal)
  }
}

/** Say what went wrong. Only a bug of ours shows where it happened. */
function complain(error: unknown, terminal: Terminal): number {
  const { colors } = terminal.complaintStyle()
  const [first = '', ...rest] = toMessage(error).split('\n')
  const trace =
    isAgentError(error) && error.code !== 'internal'
      ? []
      : [error instanceof Error ? (error.stack ?? '').split('\n').slice(1).join('\n') : '']
  terminal.complain(
    `${colors.red('error:')} ${[first, ...rest, ...trace]
      .filter((line) => line !== '')
      .map(visible)
      .join('\n')}\n`,
  )
  return exitCodeOfError(error)
}

function createProgram(terminal: Terminal, version: string, act: Act): Command {
  const program = new Command('seamfold')
    .description('An agent that works on your code, and a journal of everything that it did.')
    .version(version, '-v, --version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.print(text),
      writeErr: (text) => terminal.complain(text),
      getOutHelpWidth: () => terminal.style().width,
    })
    .showHelpAfterError('(--help tells more)')
    .addHelpText(
      'after',
      `
Examples:
  seamfold demo                                 watch an agent fix a bug in a sample project
  seamfold run "make the failing test pass"     work on the code in this folder
  git diff | seamfold run "review this" -       give it something to read
  seamfold chat                                 talk about it

Without a key (ANTHROPIC_API_KEY or OPENAI_API_KEY) a built-in simulator takes the model's place.
Exit codes: 0 completed, 1 failed, 2 bad usage, 3 waits for an answer, 130 interrupted.`,
    )
  program.commandsGroup('Work:')
  addWork(program, terminal, act)
  addAnswers(program, terminal, act)
  addCancel(program, terminal, act)
  addWorkflow(program, terminal, act)
  program.commandsGroup('What happened, and what may happen:')
  addSessions(program, terminal, act)
  addRuns(program, terminal, act)
  addBudget(program, terminal, act)
  addLetters(program, terminal, act)
  addPolicy(program, terminal, act)
  program.commandsGroup('Around it:')
  addServers(program, terminal, act)
  program.helpCommand('help [command]', 'what a command takes')
  return program
}

function addWork(program: Command, terminal: Terminal, act: Act): void {
  withAgent(program.command('run [prompt...]', { isDefault: true }))
    .description('do one task; a prompt of - stands for standard input')
    .option('-s, --session <id>', 'go on in this session, or start one with this id')
    .option('-o, --output <file>', 'a JSON Schema that the answer must match')
    .option('--remote <url>', 'let a worker do it: ws://host:port of a seamfold worker')
    .option('--allow-cleartext', 'send the token of a worker over ws:// to another machine: the network between is your own')
    .option('--task <id>', 'with --remote: go on with a task of that worker that waited')
    .option('--json', 'print one event a line')
    .option('-q, --quiet', 'print only the answer')
    .action(
      act(async (prompt: string[], options: object) => {
        if (program.args[0] !== 'run') refuseTypo(prompt, program, terminal)
        return (await import('./commands/run.ts')).runCommand(prompt, options, terminal)
      }),
    )
  withAgent(program.command('chat'))
    .description('talk with the agent at the terminal')
    .option('-s, --session <id>', 'go on in this session, or start one with this id')
    .action(act(async (options: object) => (await import('./commands/chat.ts')).chatCommand(options, terminal)))
  withAgent(program.command('resume [session]'))
    .description('go on with a run that waited or was cut off')
    .option('--json', 'print one event a line')
    .action(
      act(async (session: string | undefined, options: object) =>
        (await import('./commands/resume.ts')).resumeCommand(session, options, terminal),
      ),
    )
}

function addAnswers(program: Command, terminal: Terminal, act: Act): void {
  withPlace(program.command('answer <session> [request]'))
    .description('answer what a run waits for; without an answer, show it')
    .option('--approve', 'let the call run')
    .option('--reject', 'do not let it run')
    .option('--message <words>', 'with --reject: what the agent should know')
    .option('--reply <words>', 'to a question: an option, its number, or words; to a task: its result')
    .option('--input <json>', 'with --approve: run it with these arguments instead')
    .option('--always', 'with --approve: and calls like it from now on in this session')
    .action(
      act(async (session: string, request: string | undefined, options: object) =>
        (await import('./commands/answer.ts')).answerCommand(session, request, { options, terminal }),
      ),
    )
  withPlace(program.command('approve <session> [request]'))
    .description('let a call run that a run waits for: short for answer --approve')
    .option('--input <json>', 'run it with these arguments instead')
    .option('--always', 'and calls like it from now on in this session')
    .action(
      act(async (session: string, request: string | undefined, options: object) =>
        (await import('./commands/answer.ts')).answerCommand(session, request, { options: { ...options, approve: true }, terminal }),
      ),
    )
}

function addCancel(program: Command, terminal: Terminal, act: Act): void {
  withPlace(program.command('cancel <session>'))
    .description('give up a run that waits or was cut off, or stop the process that works on it')
    .option('--message <words>', 'why, for the journal')
    .action(
      act(async (session: string, options: object) => (await import('./commands/cancel.ts')).cancelCommand(session, options, terminal)),
    )
}

function addBudget(program: Command, terminal: Terminal, act: Act): void {
  withPlace(program.command('budget [root]'))
    .description('what of a shared budget is used, held and lost, and by whom; all of them where none is named')
    .option('--json', 'print one budget a line')
    .action(
      act(async (root: string | undefined, options: object) =>
        (await import('./commands/budget.ts')).budgetCommand(root, options, terminal),
      ),
    )
}

function addSessions(program: Command, terminal: Terminal, act: Act): void {
  const sessions = program.command('sessions').description('what is in the journal')
  withPlace(sessions.command('list', { isDefault: true }))
    .description('the sessions that were used last')
    .option('--all', 'every session')
    .option('--json', 'print one session a line')
    .action(act(async (options: object) => (await import('./commands/sessions.ts')).listCommand(options, terminal)))
  withPlace(sessions.command('show [session]'))
    .description('one conversation, the last used where none is named')
    .option('--json', 'print one event a line')
    .option('--no-reasoning', 'leave out what the model thought')
    .option('--why', 'say of each call which hooks, rule, budgets and lane it passed')
    .action(
      act(async (session: string | undefined, options: object) =>
        (await import('./commands/show.ts')).showCommand(session, options, terminal),
      ),
    )
  addSessionVerbs(sessions, terminal, act)
}

function addServers(program: Command, terminal: Terminal, act: Act): void {
  program
    .command('demo')
    .description('watch an agent find and fix a real bug in a copy of a sample project')
    .option('-m, --model <name>', 'the model, as its provider calls it')
    .option('--provider <name>', 'anthropic, openai or simulator')
    .option('--base-url <url>', 'a server that is compatible with the provider')
    .option('--crash', 'kill it in the middle of a call, and go on in a new process')
    .action(act(async (options: object) => (await import('./commands/demo.ts')).demoCommand(options, terminal)))
  addProcesses(program, terminal, act)
  withAgent(program.command('playground'))
    .description('the same agent in a browser')
    .option('--port <number>', 'default: 4848')
    .option('--sample', 'work in a fresh copy of a sample project that has a bug')
    .option('--no-open', 'do not open a browser')
    .action(act(async (options: object) => (await import('./commands/playground.ts')).playgroundCommand(options, terminal)))
  program
    .command('simulator')
    .description('a local server that answers as Anthropic and OpenAI do')
    .option('--port <number>', 'default: any free one')
    .action(act(async (options: object) => (await import('./commands/simulator.ts')).simulatorCommand(options, terminal)))
  withAgent(program.command('worker'))
    .description('run the steps of agents elsewhere on this machine')
    .requiredOption('--listen <address>', 'a port, or host:port')
    .option('--label <name...>', 'what it can do, for callers that place steps by label')
    .option('--capacity <count>', 'steps at once (default: 8)')
    .action(
      act(async (options: object) =>
        (await import('./commands/worker.ts')).workerCommand(options as { readonly listen: string }, terminal),
      ),
    )
  withPlace(program.command('doctor'))
    .description('what is installed, which keys are set, is the journal healthy')
    .option('--all', 'verify every session, however many there are')
    .action(act(async (options: object) => (await import('./commands/doctor.ts')).doctorCommand(options, terminal)))
}

/** What `demo --crash` and the playground start, kill and start again, and what judges a stranger's module. */
function addProcesses(program: Command, terminal: Terminal, act: Act): void {
  program
    .command('playground-agent', { hidden: true })
    .action(act(async () => (await import('./commands/playground-agent.ts')).playgroundAgentCommand(terminal)))
  program
    .command('conformance-card <seam> <module>', { hidden: true })
    .action(
      act(async (seam: string, module: string) =>
        (await import('./commands/conformance-card.ts')).conformanceCardCommand(seam, module, terminal),
      ),
    )
  program
    .command('demo-agent <workspace>', { hidden: true })
    .option('-m, --model <name>')
    .option('--provider <name>')
    .option('--base-url <url>')
    .option('--unhurried')
    .action(
      act(async (workspace: string, options: object) =>
        (await import('./commands/demo-agent.ts')).demoAgentCommand(workspace, options, terminal),
      ),
    )
}

/**
 * A task is more than a word: one word is a command that does not exist, and so are two of which the first is nearly one. Where a task is
 * what is asked for, as behind `start --`, only a word that is nearly a command is taken for one.
 */
function refuseTypo(words: readonly string[], program: Command, { environment }: Pick<Terminal, 'environment'>): void {
  const [word = '', ...others] = words
  if (word === '' || word === '-' || /\s/.test(word) || words.length > 2) return
  const near = nearest(
    word,
    program.commands.map((command) => command.name()),
  )
  const asksForTask = environment.SEAMFOLD_COMMAND !== undefined
  if ((others.length > 0 || asksForTask) && near === undefined) return
  const meant = near === undefined ? '' : ` Did you mean '${near}'?`
  throw new AgentError('invalid_argument', `There is no command '${word}'.${meant} To give it as a task: seamfold run "${words.join(' ')}"`)
}
