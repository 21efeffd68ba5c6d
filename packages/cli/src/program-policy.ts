/** The commands that explain, check and try out policies, with their options. */
import type { Command } from 'commander'
import { type Act, withPlace } from './program-options.ts'
import type { Terminal } from './terminal/terminal.ts'

export function addPolicy(program: Command, terminal: Terminal, act: Act): void {
  withPlace(program.command('why <tool> [arguments...]'))
    .description('what would become of a call, and because of which rule; nothing is run')
    .option('--mode <mode>', 'as if in this mode: read-only, ask, auto-edit or full')
    .option('--policy <file>', 'as if these were the rules')
    .option('--agent <name>', 'as if this sub-agent made the call')
    .option('--json', 'print the judgement as JSON')
    .addHelpText(
      'after',
      `
Examples:
  seamfold why bash "git push -f"
  seamfold why write src/index.ts --mode auto-edit
  seamfold why web_fetch '{"url": "https://example.com"}'

Exit codes: 0 allow, 1 deny, 3 ask, 2 bad usage.`,
    )
    .action(
      act(async (tool: string, words: string[], options: object) =>
        (await import('./commands/why.ts')).whyCommand([tool, ...words], options, terminal),
      ),
    )
  const policy = program.command('policy').description('check rules, and try out others on what has happened')
  withPlace(policy.command('check [file]'))
    .description('find rules that can decide nothing, in a file or in all that hold here; exit code 1 for an error')
    .option('--json', 'print one finding a line')
    .action(
      act(async (file: string | undefined, options: object) =>
        (await import('./commands/policy-check.ts')).policyCheckCommand(file, options, terminal),
      ),
    )
  withPlace(policy.command('replay [sessions...]'))
    .description('judge the calls in the journal by other rules; exit code 1 when something would be decided otherwise')
    .requiredOption('--policy <file>', 'the other rules')
    .option('--all', 'every session')
    .option('--json', 'print one call a line')
    .action(
      act(async (sessions: string[], options: object) =>
        (await import('./commands/policy-replay.ts')).policyReplayCommand(sessions, options as { readonly policy: string }, terminal),
      ),
    )
}
