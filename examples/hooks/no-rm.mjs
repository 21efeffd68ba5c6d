/**
 * A hook as a command: it reads what is about to run as JSON, and exit code 2 blocks it. The reason goes to standard error, where the
 * model reads it. `rm` is found among the simple commands that the shell line would run, not in its text.
 */
import { text } from 'node:stream/consumers'

const { input, accesses = [] } = JSON.parse(await text(process.stdin))
const commands = accesses.flatMap(({ commands: known, command }) => known ?? (command === undefined ? [] : [command]))
const removes = commands.some((command) => /(?:^|\/|\s|')rm(?:'|\s|$)/.test(command))
if (removes) {
  console.error(`'${input.command}' would remove files for good: move them to .trash instead`)
  process.exitCode = 2
}
