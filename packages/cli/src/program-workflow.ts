/** The commands about workflows, with their options. */
import type { Command } from 'commander'
import { type Act, withAgent } from './program-options.ts'
import type { Terminal } from './terminal/terminal.ts'

export function addWorkflow(program: Command, terminal: Terminal, act: Act): void {
  const workflow = program.command('workflow').description('many steps, arranged by a program of yours')
  withAgent(workflow.command('run <file>'))
    .description('run the workflow that a file exports')
    .option('-i, --input <json>', 'what it is given: JSON, @file, or - for standard input')
    .option('--resume <root>', 'go on with an earlier run where it stood')
    .option('--name <workflow>', 'which one, where the file exports several')
    .option('--json', 'print one event a line, and the result as the last one')
    .action(
      act(async (file: string, options: object) => (await import('./commands/workflow.ts')).workflowRunCommand(file, options, terminal)),
    )
}
