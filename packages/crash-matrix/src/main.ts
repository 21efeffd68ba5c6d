/** `pnpm crash-matrix`: kills every scenario everywhere, with and without loss of power, and prints what came of it. */
import { argv, exit, stderr, stdout } from 'node:process'
import { parseArgs } from 'node:util'
import { crashMatrix, type CrashMatrixResult, formatMatrices } from '@seamfold/core/testing/node'
import { scenarios } from './scenarios/index.ts'

const { values } = parseArgs({
  args: argv.slice(2).filter((each) => each !== '--'),
  options: {
    only: { type: 'string', default: '' },
    every: { type: 'string', default: '1' },
    again: { type: 'string', default: '2' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) {
  stdout.write(`pnpm crash-matrix [-- options]
  --only TEXT   scenarios whose names hold this text (default: all)
  --every N     cut at every n-th place only (default: 1)
  --again N     in the third mode, kills of the resuming processes (default: 2)
  --json        print the results as JSON
`)
  exit(0)
}

const every = Number(values.every)
const modes = [{}, { powerLoss: true }, { again: Number(values.again) }]
const results: CrashMatrixResult[] = []
for (const scenario of scenarios.filter(({ name }) => name.includes(values.only))) {
  for (const mode of modes) {
    stderr.write(`${scenario.name} ${JSON.stringify(mode)}\n`)
    results.push(await crashMatrix(scenario, { ...mode, every }))
  }
}

stdout.write(values.json ? `${JSON.stringify(results, null, 2)}\n` : `${formatMatrices(results)}\n`)
exit(results.some(({ violations }) => violations.length > 0) ? 1 : 0)
