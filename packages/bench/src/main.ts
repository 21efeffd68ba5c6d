/** `pnpm bench`: the table, or `--json`; `--passes N` samples each (default 5), `--quick` leaves out the long rows. */
import { cpus, loadavg } from 'node:os'
import { coldImport } from './cold-import.ts'
import { compare, type Comparison, type Row, startServer } from './measure.ts'
import { roundCost } from './rounds.ts'
import { remoteRows } from './remote-rows.ts'
import { concernRows, judgementRows } from './judgement-rows.ts'
import { storeRows } from './store-rows.ts'
import { workflowRows } from './workflow-rows.ts'

const flag = (name: string): boolean => process.argv.includes(`--${name}`)
const passes = Number(process.argv[process.argv.indexOf('--passes') + 1]) || 5
const baseline = 'sdk'
const loops = ['sdk', 'fetch', 'seamfold, memory', 'seamfold, global fetch', 'seamfold, SQLite', 'seamfold, SQLite synced']

const comparisons: readonly Comparison[] = [
  { workload: 'rounds:10:1', loops, passes, baseline },
  { workload: 'rounds:10:1:30', loops, passes, baseline },
  { workload: 'rounds:50:1', loops, passes, baseline },
  { workload: 'rounds:100:1', loops, passes, baseline },
  ...(flag('quick') ? [] : [{ workload: 'rounds:500:1', loops, passes, baseline }]),
  { workload: 'deltas:20000:1', loops: ['sdk', 'fetch', 'seamfold, memory', 'seamfold, global fetch'], passes, baseline },
  { workload: 'rounds:5:200', loops, passes, baseline },
]

const titles: Readonly<Record<string, string>> = {
  'rounds:10:1': 'the first run of 10 rounds in a young process, per round',
  'rounds:10:1:30': '30 runs of 10 rounds, one after the other, per round',
  'deltas:20000:1': '20,000 deltas, per delta',
  'rounds:5:200': '200 sessions of 5 rounds at once, per round',
}
const title = (workload: string): string => titles[workload] ?? `run of ${workload.split(':')[1]} rounds, per round`

const cell = (row: Row): string => {
  const { median, least, most, best } = row.ratio
  return [
    row.loop.padEnd(24),
    `${median.toFixed(2)}×`.padStart(7),
    `[${least.toFixed(2)}–${most.toFixed(2)}]`.padStart(14),
    `${best.toFixed(2)}×`.padStart(8),
    `${row.wallRatio.toFixed(2)}×`.padStart(8),
    `${row.cpuUs.toFixed(0)} µs`.padStart(10),
    `${row.heapMb.toFixed(0)} MB`.padStart(8),
  ].join(' ')
}

/** Rounds get dearer evenly: from the means of runs of 100 and of 500, what round 500 costs, and what each adds to the next. */
function growth(all: readonly Row[], loop: string): { readonly last: number; readonly slope: number } {
  const mean = (rounds: number): number => all.find((row) => row.loop === loop && row.workload === `rounds:${rounds}:1`)?.cpuUs ?? NaN
  const slope = (2 * (mean(500) - mean(100))) / 400
  return { slope, last: mean(500) + 250 * slope }
}

const say = (line: string): void => {
  if (!flag('json')) console.log(line)
}

say(
  `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, load ${loadavg()[0]?.toFixed(1)}, Node ${process.version}. Ratios are to the plain SDK loop of the same pass; times are rough.`,
)
const server = await startServer()
const rows: Row[] = []
try {
  for (const comparison of comparisons) {
    say(
      `\n${title(comparison.workload)}\n${'loop'.padEnd(24)} ${'CPU'.padStart(7)} ${'range'.padStart(14)} ${'best'.padStart(8)} ${'wall'.padStart(8)} ${'CPU'.padStart(10)} ${'grows'.padStart(8)}`,
    )
    const measured = await compare(comparison, server)
    rows.push(...measured)
    for (const row of measured) say(cell(row))
  }
} finally {
  server.close()
}
for (const loop of flag('quick') ? [] : ['seamfold, memory', 'seamfold, SQLite']) {
  const [plain, own] = [growth(rows, baseline), growth(rows, loop)]
  say(
    `\n${loop}, at turn 500: ${(own.last / plain.last).toFixed(2)}× the plain loop's round there; an earlier round adds ${own.slope.toFixed(1)} µs to a later one, in the plain loop ${plain.slope.toFixed(1)}`,
  )
}
const stores = await storeRows(passes)
say(`\nSQLite journal, beside plain node:sqlite${' '.repeat(8)} CPU        each  plain each`)
for (const { name, ratio, cpuUs, plainUs } of stores)
  say(
    `${name.padEnd(42)} ${`${ratio.toFixed(2)}×`.padStart(7)} ${`${cpuUs.toFixed(0)} µs`.padStart(10)} ${`${plainUs.toFixed(0)} µs`.padStart(10)}`,
  )
const workflows = await workflowRows(passes)
say(`\nsteps that do nothing, in this process, beside a bounded promise pool${' '.repeat(4)} CPU each  pool each`)
for (const { name, cpuUs, plainUs } of workflows.rows)
  say(`${name.padEnd(70)} ${`${cpuUs.toFixed(1)} µs`.padStart(10)} ${`${plainUs.toFixed(2)} µs`.padStart(10)}`)
say(
  `resuming a phase of 10,000 steps: ${workflows.resume.checked.toFixed(1)}× reading its records with their digests, ${workflows.resume.byHand.toFixed(1)}× parsing them by hand; held after 10,000 steps of 100 events: ${workflows.heldMb.toFixed(1)} MB`,
)
const judgements = await judgementRows(passes)
const withConcerns = await concernRows(3 * passes)
say(`\njudging, beside nothing${' '.repeat(66)} CPU each`)
for (const { name, cpuUs } of judgements) say(`${name.padEnd(88)} ${`${cpuUs.toFixed(0)} µs`.padStart(8)}`)
say(`\nwhat concerns cost that let everything through${' '.repeat(43)} CPU each  the turn       best`)
for (const { name, cpuUs, ratio } of withConcerns)
  say(
    `${name.padEnd(88)} ${`${cpuUs.toFixed(0)} µs`.padStart(8)} ${`${ratio.median.toFixed(2)}×`.padStart(9)} ${`${ratio.best.toFixed(2)}×`.padStart(10)}`,
  )
const remote = await remoteRows(passes)
say(
  `\nremote steps that do nothing, beside a bare ws echo of the same frames${' '.repeat(6)} rate        CPU       each  echo each  pool each`,
)
for (const { name, rate, cpu, stepUs, echoUs, poolUs } of remote)
  say(
    `${name.padEnd(70)} ${`${rate.toFixed(2)}×`.padStart(9)} ${`${cpu.toFixed(2)}×`.padStart(10)} ${`${stepUs.toFixed(0)} µs`.padStart(10)} ${`${echoUs.toFixed(0)} µs`.padStart(10)} ${`${poolUs.toFixed(1)} µs`.padStart(10)}`,
  )
const [short, long, cold] = [await roundCost(50), await roundCost(500), await coldImport(passes)]
say(
  `\nruntime alone: ${short.cpuUs.toFixed(0)} µs of CPU a round in a run of 50, ${long.cpuUs.toFixed(0)} in one of 500; ${long.appends.toFixed(2)} appends, ${long.records.toFixed(2)} records and ${long.bytes.toFixed(0)} characters a round`,
)
say(
  `importing core: ${cold.cpuMs.toFixed(1)} ms of CPU and ${cold.mb.toFixed(1)} MB over a bare process; loaded beside it: ${cold.loaded.join(', ') || 'nothing'}`,
)
if (flag('json'))
  console.log(
    JSON.stringify(
      { rows, stores, workflows, judgements, concerns: withConcerns, remote, runtime: { 50: short, 500: long }, cold },
      undefined,
      2,
    ),
  )
