/** The commands that work on calls which their lanes gave up, with their options. */
import type { Command } from 'commander'
import { type Act, withAgent, withPlace } from './program-options.ts'
import type { Terminal } from './terminal/terminal.ts'

export function addLetters(program: Command, terminal: Terminal, act: Act): void {
  const letters = program.command('letters').description('calls that were tried in vain, or never got their turn')
  withPlace(letters.command('list', { isDefault: true }))
    .description('all of them, oldest first')
    .option('--json', 'print one letter a line, with its arguments')
    .action(act(async (options: object) => (await import('./commands/letters.ts')).lettersCommand(options, terminal)))
  withAgent(letters.command('drive <letter>'))
    .description('make the call again, in its session and through every gate; the model is not asked')
    .option('--again', 'although it may have had its effect')
    .action(act(async (letter: string, options: object) => (await import('./commands/letters.ts')).driveCommand(letter, options, terminal)))
  withPlace(letters.command('discard <letters...>'))
    .description('forget them')
    .action(
      act(async (given: readonly string[], options: object) =>
        (await import('./commands/letters.ts')).discardCommand(given, options, terminal),
      ),
    )
}
