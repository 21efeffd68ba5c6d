/** `seamfold doctor`: what is here, what is missing, and what to do about it. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { toMessage } from '@seamfold/core/kit'
import type { LimitReach } from '@seamfold/tools'
import { checkRules } from '@seamfold/core'
import { fieldLines, type Field } from '../render/fields.ts'
import { findingLines } from '../render/idle-rules.ts'
import { oneLine, plural } from '../render/text.ts'
import type { Style } from '../render/style.ts'
import { loadConfig } from '../config/load.ts'
import { describeHook, hookName, secretOf } from '../setup/configured-hooks.ts'
import { chooseModel, KEY_VARIABLES } from '../setup/provider.ts'
import { chosenSandbox } from '../setup/sandbox.ts'
import { groundLayers } from '../setup/ground.ts'
import { findPlaces, modelWish, resolveGround, type SharedOptions } from '../setup/settings.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { checkJournal } from './journal-check.ts'
import { checkLanes } from './lanes-check.ts'

/** `problem` is what must be mended; `note` is worth knowing. */
type Finding = { readonly name: string; readonly state: 'good' | 'note' | 'problem'; readonly words: string | readonly string[] }

export type DoctorOptions = SharedOptions & { readonly all?: boolean }

export async function doctorCommand(options: DoctorOptions, terminal: Terminal): Promise<number> {
  const configured = await configuration(options, terminal)
  // A broken configuration is one problem: what depends on it was not looked at, and is not called broken.
  const blind = configured.state === 'problem'
  const found = [
    nodeVersion(),
    ...keys(terminal.environment),
    configured,
    blind ? unknown('Model') : await model(options, terminal),
    blind ? unknown('Policy') : await rules(options, terminal),
    blind ? unknown('Hooks') : await hooks(options, terminal),
    blind ? unknown('Lanes') : await lanes(options, terminal),
    blind && options.store === undefined ? unknown('Journal') : await examineJournal(options, terminal),
    await program('ripgrep', 'rg', 'searches use it; without it they are slower'),
    blind ? unknown('Sandbox') : await sandbox(options, terminal),
    await program('git', 'git', 'the git tool needs it'),
    await program('bash', 'bash', 'the bash tool needs it'),
    look(terminal),
  ]
  const style = terminal.style()
  const fields = found.map((finding): Field => [finding.name, toldLines(finding, style)])
  terminal.print(`${[style.colors.bold('Seamfold doctor'), '', ...fieldLines(fields, style)].join('\n')}\n`)
  const problems = found.filter(({ state }) => state === 'problem').length
  terminal.print(
    `\n  ${problems === 0 ? style.colors.green('Nothing is wrong.') : style.colors.red(`${plural(problems, 'problem')} to mend.`)}\n`,
  )
  return problems === 0 ? 0 : 1
}

const unknown = (name: string): Finding => ({ name, state: 'note', words: 'not looked at: the configuration must be mended first' })

function toldLines(finding: Finding, style: Style): readonly string[] {
  const [first = '', ...rest] = typeof finding.words === 'string' ? [finding.words] : finding.words
  return [`${sign(finding, style)} ${oneLine(first)}`, ...rest.map((line) => `  ${oneLine(line)}`)]
}

const sign = ({ state }: Finding, { colors, signs }: Style): string =>
  state === 'good' ? colors.green(signs.done) : state === 'note' ? colors.yellow(signs.dot) : colors.red(signs.failed)

const nodeVersion = (): Finding => ({ name: 'Node.js', state: 'good', words: `${process.version} on ${process.platform} ${process.arch}` })

/** Whether keys are set; never what they are. */
const keys = (environment: Terminal['environment']): readonly Finding[] =>
  Object.values(KEY_VARIABLES).map((name) =>
    (environment[name] ?? '').trim() === '' ? { name, state: 'note', words: 'not set' } : { name, state: 'good', words: 'set' },
  )

async function attempt(name: string, examine: () => Promise<Omit<Finding, 'name'>>): Promise<Finding> {
  try {
    return { name, ...(await examine()) }
  } catch (error) {
    return { name, state: 'problem', words: toMessage(error).split('\n') }
  }
}

const model = (options: SharedOptions, { folder, environment }: Terminal): Promise<Finding> =>
  attempt('Model', async () => {
    const { workspace } = await findPlaces(options, { folder, environment })
    const config = await loadConfig(workspace, options.config)
    const choice = chooseModel(modelWish(options, config), environment)
    return choice.provider === 'simulator'
      ? { state: 'note', words: 'the built-in simulator: set a key to work with a real model' }
      : { state: 'good', words: `${choice.model} of ${choice.provider}${choice.baseURL === undefined ? '' : ` at ${choice.baseURL}`}` }
  })

/** A rule that can decide nothing is worth knowing; one of which the opposite is said must be mended. */
const rules = (options: SharedOptions, terminal: Terminal): Promise<Finding> =>
  attempt('Policy', async () => {
    const layers = groundLayers(await resolveGround(options, terminal))
    const findings = checkRules(layers)
    const count = layers.reduce((sum, each) => sum + each.rules.length, 0)
    if (findings.length === 0) return { state: 'good', words: count === 0 ? 'no rules; the mode decides' : plural(count, 'rule') }
    const style = terminal.style()
    return {
      state: findings.some(({ severity }) => severity === 'error') ? 'problem' : 'note',
      words: findings.flatMap((finding) => findingLines(finding, style)),
    }
  })

/** Each in a line, in the order of the configuration. */
const hooks = (options: SharedOptions, terminal: Terminal): Promise<Finding> =>
  attempt('Hooks', async () => {
    const { workspace } = await findPlaces(options, terminal)
    const { hooks: configured = [] } = await loadConfig(workspace, options.config)
    if (configured.length === 0) return { state: 'good', words: 'none' }
    for (const [index, hook] of configured.entries()) secretOf(hook, index, terminal.environment)
    return { state: 'good', words: configured.map((hook, index) => `${hookName(hook, index)}: ${describeHook(hook)}`) }
  })

/** What there is; a problem only where the configuration cannot do without. */
const sandbox = (options: SharedOptions, terminal: Terminal): Promise<Finding> =>
  attempt('Sandbox', async () => {
    const { sandboxStatus } = await import('@seamfold/tools')
    const { workspace } = await findPlaces(options, terminal)
    const { mode } = chosenSandbox((await loadConfig(workspace, options.config)).sandbox, undefined) ?? { mode: 'off' }
    const status = sandboxStatus()
    const wanted = `the configuration says '${mode}'`
    if (status.state === 'missing') {
      const use = mode === 'required' ? 'no command can run' : 'commands run without'
      return { state: mode === 'required' ? 'problem' : 'note', words: [`${status.why}: ${use} (${wanted})`, `${status.remedy}.`] }
    }
    return { state: 'good', words: [`bubblewrap ${status.version}; ${wanted}`, LIMITS[status.limits]] }
  })

const LIMITS: Readonly<Record<LimitReach, string>> = {
  command: 'memory and processes are limited for a command as a whole',
  process: 'memory is limited for each process, processes for a command as a whole',
  time: 'memory is limited for each process; as root without control groups, processes only by the timeout',
}

/** Calls that were given up are for somebody to look at. */
const lanes = (options: SharedOptions, terminal: Terminal): Promise<Finding> =>
  attempt('Lanes', async () => {
    const { workspace, storePath } = await findPlaces(options, terminal)
    const words = await checkLanes((await loadConfig(workspace, options.config)).lanes, storePath)
    if (words.length === 0) return { state: 'good', words: 'none: calls wait for nothing' }
    return { state: words.some((each) => each.includes('given up')) ? 'note' : 'good', words }
  })

const configuration = (options: SharedOptions, terminal: Terminal): Promise<Finding> =>
  attempt('Configuration', async () => {
    const { workspace } = await findPlaces(options, terminal)
    const { file } = await loadConfig(workspace, options.config)
    return { state: 'good', words: file ?? 'none; the defaults hold' }
  })

const examineJournal = (options: DoctorOptions, terminal: Terminal): Promise<Finding> =>
  attempt('Journal', async () => {
    const places = await findPlaces(options, terminal)
    const { problems, words } = await checkJournal(places, { all: options.all === true, terminal })
    return problems.length === 0 ? { state: 'good', words } : { state: 'problem', words: [words, ...problems] }
  })

async function program(name: string, command: string, why: string): Promise<Finding> {
  try {
    const { stdout } = await promisify(execFile)(command, ['--version'], { timeout: 5_000 })
    return { name, state: 'good', words: oneLine(stdout.split('\n')[0] ?? '') }
  } catch {
    return { name, state: 'note', words: `not found: ${why}` }
  }
}

function look(terminal: Terminal): Finding {
  const { colors, signs } = terminal.style()
  const parts = [
    terminal.interactive ? 'interactive' : 'not interactive',
    colors.isColorSupported ? 'colours' : 'no colours',
    signs.done === '✓' ? 'Unicode' : 'ASCII',
  ]
  return { name: 'Terminal', state: 'good', words: parts.join(', ') }
}
