/** What both demos have in common: the task, the place, and what is shown at the end. */
import type { RunResult, Rule } from '@seamfold/core'
import { dirname } from 'node:path'
import { diffLines, sizeText } from '../render/diff.ts'
import { fieldLines } from '../render/fields.ts'
import { plural } from '../render/text.ts'
import { wrapWords } from '../render/wrap.ts'
import { resolveSettings, type Settings, type SharedOptions } from '../setup/settings.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { type Check, runTests } from '../workspace/check.ts'
import { keepSample } from '../workspace/sample.ts'
import { changesBetween, type Snapshot, takeSnapshot } from '../workspace/snapshot.ts'
import { hint } from './hint.ts'

export type DemoOptions = Pick<SharedOptions, 'model' | 'provider' | 'baseUrl'> & { readonly crash?: boolean }

export const DEMO_TASK = 'A test fails. Find out why, fix the code, not the test, and make sure that all tests pass.'

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

/** The configuration of wherever the demo was started is not the demo's: the copy has its own folder. */
export const demoSettings = async (workspace: string, options: DemoOptions, terminal: Terminal): Promise<Settings> => ({
  ...(await resolveSettings({ ...options, workspace }, terminal)),
  rules: RULES,
})

export type Scene = {
  readonly settings: Settings
  readonly terminal: Terminal
  readonly before: Snapshot
  readonly facts: number
  readonly signal: AbortSignal
}

/** Show what was left behind: the diff, a check that does not trust the model, and where to look further. */
export async function conclude({ status }: Pick<RunResult, 'status'>, { settings, terminal, before, facts, signal }: Scene): Promise<void> {
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
  if (status === 'completed') {
    const check = await runTests(workspace, signal)
    const [sign, words] = check.passed ? [colors.green(signs.done), 'node --test passes'] : [colors.red(signs.failed), 'node --test fails']
    const line = `${sign} ${words}${countText(check)}${colors.dim(', checked once more after the agent had finished')}`
    terminal.print(`${wrapWords(line, style.width, '  ').join('\n')}\n\n`)
  }
  await keepSample(workspace)
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
