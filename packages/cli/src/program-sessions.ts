/** The commands that work on sessions and runs in the journal, with their options. */
import type { Command } from 'commander'
import { type Act, withAgent, withPlace } from './program-options.ts'
import type { Terminal } from './terminal/terminal.ts'

type Verb = (sessions: Command, terminal: Terminal, act: Act) => void

export const addSessionVerbs: Verb = (sessions, terminal, act) => {
  for (const add of [addFacts, addFork, addRewind, addDiff, addTree, addVerify, addExport, addImport, addRedact, addDelete])
    add(sessions, terminal, act)
}

const addFacts: Verb = (sessions, terminal, act) => {
  withPlace(sessions.command('facts [session]'))
    .description('what its journal says, one fact a line, with the names that other commands take')
    .option('--all', 'bookkeeping too')
    .option('--json', 'print one event a line')
    .action(
      act(async (session: string | undefined, options: object) =>
        (await import('./commands/facts.ts')).factsCommand(session, options, terminal),
      ),
    )
}

const addFork: Verb = (sessions, terminal, act) => {
  withPlace(sessions.command('fork [session]'))
    .description('a new session that shares its past, up to a fact')
    .option('--at <fact>', 'the last fact that both share (default: the last one there is)')
    .option('--id <id>', 'the id of the new one')
    .option('--keep-run', 'leave a run that is under way there to be resumed, instead of ending it')
    .option('--json', 'print the outcome as JSON')
    .action(
      act(async (session: string | undefined, options: object) =>
        (await import('./commands/fork.ts')).forkCommand(session, options, terminal),
      ),
    )
}

const addRewind: Verb = (sessions, terminal, act) => {
  withPlace(sessions.command('rewind [session]'))
    .description('go on from an earlier fact; what came after it no longer counts')
    .option('--to <fact>', 'the last fact that still counts')
    .option('--runs <count>', 'take back so many prompts and all that came of them')
    .option('--keep-run', 'leave a run that was under way there to be resumed, instead of ending it')
    .option('--json', 'print the outcome as JSON')
    .action(
      act(async (session: string | undefined, options: object) =>
        (await import('./commands/rewind.ts')).rewindCommand(session, options, terminal),
      ),
    )
}

const addDiff: Verb = (sessions, terminal, act) => {
  withPlace(sessions.command('diff <session> <other>'))
    .description('what two sessions share, and what each has beyond it')
    .option('--all', 'bookkeeping too')
    .option('--json', 'print the outcome as JSON')
    .action(
      act(async (session: string, other: string, options: object) =>
        (await import('./commands/diff.ts')).diffCommand([session, other], options, terminal),
      ),
    )
}

const addTree: Verb = (sessions, terminal, act) => {
  withPlace(sessions.command('tree'))
    .description('which session was forked from which')
    .option('--json', 'print one session a line')
    .action(act(async (options: object) => (await import('./commands/tree.ts')).treeCommand(options, terminal)))
}

const addVerify: Verb = (sessions, terminal, act) => {
  withPlace(sessions.command('verify [session]'))
    .description('whether every record is the one that was written; all sessions where none is named')
    .option('--json', 'print one session a line')
    .action(
      act(async (session: string | undefined, options: object) =>
        (await import('./commands/verify.ts')).verifyCommand(session, options, terminal),
      ),
    )
}

const addExport: Verb = (sessions, terminal, act) => {
  withPlace(sessions.command('export [session]'))
    .description('a whole session as lines of JSON')
    .option('-o, --output <file>', 'where to (default: standard output)')
    .option('--force', 'replace the file where there is one')
    .action(
      act(async (session: string | undefined, options: object) =>
        (await import('./commands/export.ts')).exportCommand(session, options, terminal),
      ),
    )
}

const addImport: Verb = (sessions, terminal, act) => {
  withPlace(sessions.command('import <file>'))
    .description('put an exported session into the journal; - is standard input')
    .option('--id <id>', 'another id than it had')
    .option('--json', 'print the outcome as JSON')
    .action(act(async (file: string, options: object) => (await import('./commands/import.ts')).importCommand(file, options, terminal)))
}

const addRedact: Verb = (sessions, terminal, act) => {
  withPlace(sessions.command('redact <session> [fact...]'))
    .description('replace what facts say, for good; the journal stays whole')
    .option('--containing <text>', 'every fact that contains it; - reads it from standard input')
    .option('--replacement <text>', 'what stands there instead (default: [redacted])')
    .option('--yes', 'do it: without this it only shows what would be redacted')
    .option('--json', 'print the outcome as JSON')
    .action(
      act(async (session: string, facts: string[], options: object) =>
        (await import('./commands/redact.ts')).redactCommand([session, ...facts], options, terminal),
      ),
    )
}

const addDelete: Verb = (sessions, terminal, act) => {
  withPlace(sessions.command('delete [session...]'))
    .description('remove sessions and what their sub-agents did, for good; forks stay whole')
    .option('--older-than <days>', 'those that were not used for so many days')
    .option('--force', 'also where a run is not finished, or the journal is damaged')
    .option('--yes', 'do it: without this it only shows what would be deleted')
    .option('--json', 'print the outcome as JSON')
    .action(act(async (named: string[], options: object) => (await import('./commands/delete.ts')).deleteCommand(named, options, terminal)))
}

export const addRuns: Verb = (program, terminal, act) => {
  const runs = program.command('runs').description('runs that are not finished')
  withAgent(runs.command('check', { isDefault: true }))
    .description('whether they can go on as everything is configured now, without running anything')
    .option('--json', 'print one run a line')
    .action(act(async (options: object) => (await import('./commands/runs-check.ts')).runsCheckCommand(options, terminal)))
}
