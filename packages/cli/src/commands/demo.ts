/** `seamfold demo`: an agent finds and fixes a real bug in a copy of the sample project. */
import type { RunResult, Rule } from '@seamfold/core'
import { dirname } from 'node:path'
import { diffLines, sizeText } from '../render/diff.ts'
import { fieldLines } from '../render/fields.ts'
import { headingLines } from '../render/heading.ts'
import { plural } from '../render/text.ts'
import { wrapWords } from '../render/wrap.ts'
import { chooseModel } from '../setup/provider.ts'
import { modelWish, resolveSettings, type Settings, type SharedOptions } from '../setup/settings.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { type Check, runTests } from '../workspace/check.ts'
import { copySample } from '../workspace/sample.ts'
import { changesBetween, type Snapshot, takeSnapshot } from '../workspace/snapshot.ts'
import { exitCodeOfRun } from './exit-code.ts'
import { hint } from './hint.ts'
import { type Work, withWork } from './work.ts'

export type DemoOptions = Pick<SharedOptions, 'model' | 'provider' | 'baseUrl'>

const TASK = 'A test fails. Find out why, fix the code, not the test, and make sure that all tests pass.'

/** What the demo needs, inside a folder that nobody else uses: edits, and the commands that a look at a small project takes. */
const RULES: readonly Rule[] = [
  { allow: { access: 'write', path: '**' } },
  ...[
    'node *',
    'npm test *',
    'npm run *',
    'ls *',
    'cat *',
    'head *',
    'tail *',
    'grep *',
    'find *',
    'pwd',
    'git status *',
    'git diff *',
    'git log *',
  ].map((command) => ({
    allow: { access: 'exec', command } as const,
  })),
]

export async function demoCommand(options: DemoOptions, terminal: Terminal): Promise<number> {
  // What cannot work is refused before anything is copied.
  chooseModel(modelWish(options), terminal.environment)
  // The configuration of wherever this was started is not the demo's: the copy has its own folder.
  const workspace = await copySample()
  const settings = { ...(await resolveSettings({ ...options, workspace }, terminal)), rules: RULES }
  const before = await takeSnapshot(workspace)
  const heading = { title: 'Seamfold demo', model: settings.model, workspace, task: TASK }
  terminal.print(`${headingLines(heading, terminal.style()).join('\n')}\n\n`)
  return withWork({ settings, terminal, format: 'text' }, async (work) => {
    const session = await work.agent.session({ id: 'demo' })
    const run = await session.send(TASK)
    const result = await work.follow(run, { prompts: false })
    await conclude(result, { work, settings, terminal, before, facts: (await session.state()).length })
    return exitCodeOfRun(result, work.interrupt.code())
  })
}

type Scene = {
  readonly work: Work
  readonly settings: Settings
  readonly terminal: Terminal
  readonly before: Snapshot
  readonly facts: number
}

/** Show what was left behind: the diff, a check that does not trust the model, and where to look further. */
async function conclude(result: RunResult, { work, settings, terminal, before, facts }: Scene): Promise<void> {
  const { workspace, storePath } = settings
  const style = terminal.style()
  const { colors, signs } = style
  const changes = changesBetween(before, await takeSnapshot(workspace))
  const lines = [colors.bold('What changed'), '']
  for (const change of changes) {
    lines.push(`  ${colors.bold(change.path)}  ${sizeText(change, style)}`, ...diffLines(change, { style, indent: '    ', context: 3 }), '')
  }
  if (changes.length === 0) lines.push(`  ${colors.dim('nothing')}`, '')
  terminal.print(`\n${lines.join('\n')}\n`)
  if (result.status === 'completed') {
    const check = await runTests(workspace, work.interrupt.signal)
    const [sign, words] = check.passed ? [colors.green(signs.done), 'node --test passes'] : [colors.red(signs.failed), 'node --test fails']
    const line = `${sign} ${words}${countText(check)}${colors.dim(', checked once more after the agent had finished')}`
    terminal.print(`${wrapWords(line, style.width, '  ').join('\n')}\n\n`)
  }
  const fields = fieldLines(
    [
      ['Project', workspace],
      ['Journal', `${storePath}  ${colors.dim(`SQLite, ${plural(facts, 'fact')}`)}`],
      ['Look back', { verbatim: hint('sessions show demo', settings, terminal) }],
      ['Go on', { verbatim: hint('chat --session demo', settings, terminal) }],
    ],
    style,
  )
  const free =
    settings.model.provider === 'simulator'
      ? [
          ...wrapWords(
            `  ${colors.dim(`The cost is what ${settings.model.model} would have charged for these tokens. Nothing was spent.`)}`,
            style.width,
            '  ',
          ),
          '',
        ]
      : []
  terminal.print(
    `${[...free, ...fields, '', ...wrapWords(`  ${colors.dim(`Nothing outside ${dirname(workspace)} was touched.`)}`, style.width, '  ')].join('\n')}\n`,
  )
}

const countText = ({ report }: Check): string =>
  report === undefined ? '' : `: ${plural(report.passed, 'test')} passed${report.failed > 0 ? `, ${report.failed} failed` : ''}`
