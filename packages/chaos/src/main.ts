/** `pnpm chaos`: workers are killed, stopped and cut off under load; prints what came of it, and fails when a promise was broken. */
import { argv, exit, stderr, stdout } from 'node:process'
import { parseArgs } from 'node:util'
import { formatChaos } from './report.ts'
import { runChaos } from './run-chaos.ts'

const { values } = parseArgs({
  args: argv.slice(2).filter((each) => each !== '--'),
  options: {
    workers: { type: 'string', default: '3' },
    steps: { type: 'string', default: '500' },
    capacity: { type: 'string', default: '8' },
    pace: { type: 'string', default: '8' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    memory: { type: 'string', default: '400' },
    leases: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) {
  stdout.write(`pnpm chaos [-- options]
  --workers N   worker processes (default: 3)
  --steps N     steps (default: 500)
  --capacity N  steps at once on each worker (default: 8)
  --pace MS     milliseconds between two pieces of a text (default: 8)
  --seed N      which disturbances come when (default: another one each time)
  --memory MIB  what no process may go beyond (default: 400)
  --leases      workers hold leases: a step of a killed one waits until its lease runs out
  --json        print the result as JSON
`)
  exit(0)
}

/** A run of no steps would find nothing wrong. */
const whole = (name: 'workers' | 'steps' | 'capacity' | 'pace' | 'seed' | 'memory', least: number): number => {
  const number = Number(values[name])
  if (Number.isInteger(number) && number >= least) return number
  stderr.write(`--${name} is ${values[name]}: give a whole number, ${least} or more\n`)
  exit(2)
}

const result = await runChaos({
  workers: whole('workers', 1),
  steps: whole('steps', 1),
  capacity: whole('capacity', 1),
  paceMs: whole('pace', 0),
  seed: whole('seed', 0),
  leases: values.leases,
  maxRss: whole('memory', 1) * 1_048_576,
})
stdout.write(values.json ? `${JSON.stringify(result, null, 2)}\n` : `${formatChaos(result)}\n`)
exit(result.violations.length > 0 ? 1 : 0)
