/** What commands have in common: their options, and how they become an exit code. */
import type { Command } from 'commander'

export type Action<Arguments extends readonly unknown[]> = (...given: Arguments) => Promise<number>

export type Act = <Arguments extends readonly unknown[]>(action: Action<Arguments>) => (...given: Arguments) => Promise<void>

/** Options of every command that makes an agent. */
export const withAgent = (command: Command): Command =>
  withPlace(command)
    .option('-m, --model <name>', 'the model, as its provider calls it')
    .option('--provider <name>', 'anthropic, openai or simulator')
    .option('--base-url <url>', 'a server that is compatible with the provider')
    .option('-p, --permissions <mode>', 'ask, auto-edit, full or read-only')
    .option('-y, --yes', 'the same as --permissions full')
    .option('--sandbox <mode>', 'for commands: off, auto (where there is one) or required')
    .option('--ask-when-unknown', 'ask about calls that were cut off, where nobody knows what they did')
    .option('--max-turns <count>', 'turns that a run may take')
    .option('--budget <usd>', 'US dollars that a run may cost')

/** Options of every command that reads a journal. */
export const withPlace = (command: Command): Command =>
  command
    .option('-w, --workspace <folder>', 'the folder to work in (default: this one)')
    .option('--config <file>', 'the configuration (default: seamfold.config.* here or above)')
    .option('--store <file>', 'the journal (default: .seamfold/sessions.db in the workspace)')
