/** `pnpm conformance`: holds every adapter of this repository to the suites of its seam, and prints the card. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { argv, exit, stderr, stdout } from 'node:process'
import { parseArgs } from 'node:util'
import type { Line } from './entry.ts'
import { otherEntries } from './others.ts'
import { pathsIn, storeEntries } from './stores.ts'
import { formatCases, formatLines, isGood } from './table.ts'

const { values } = parseArgs({
  args: argv.slice(2).filter((each) => each !== '--'),
  options: {
    only: { type: 'string', default: '' },
    heavy: { type: 'boolean', default: false },
    cases: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) {
  stdout.write(`pnpm conformance [-- options]
  --only TEXT   adapters and suites whose names hold this text (default: all)
  --heavy       logs of 100,000 records too
  --cases       print each case of each suite
  --json        print the results as JSON
`)
  exit(0)
}

const directory = mkdtempSync(join(tmpdir(), 'seamfold-conformance-'))
const entries = [...storeEntries(pathsIn(directory), values.heavy), ...otherEntries]
const lines: Line[] = []
for (const { seam, name, run } of entries.filter((entry) => `${entry.seam} ${entry.name}`.includes(values.only))) {
  stderr.write(`${seam}: ${name}\n`)
  lines.push(await run())
}
rmSync(directory, { recursive: true, force: true })

if (values.json) stdout.write(`${JSON.stringify(lines, null, 2)}\n`)
else stdout.write(`${values.cases ? `${formatCases(lines)}\n\n` : ''}${formatLines(lines)}\n`)
exit(lines.every(isGood) ? 0 : 1)
