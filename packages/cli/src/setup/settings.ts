/** Joins options, configuration and environment to what a command works with; refuses early what cannot work. */
import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Budget, type BudgetLimits, type PolicyData, type Rule, type RuleLayer, stricterMode, type Timeouts } from '@seamfold/core'
import { AgentError } from '@seamfold/core/kit'
import type { SandboxOptions } from '@seamfold/tools'
import type { HookConfig, LanesConfig, PermissionMode, SecretsConfig } from '../config/config.ts'
import { type Config, loadConfig } from '../config/load.ts'
import { groundLayers } from './ground.ts'
import { assertMode, type ModeLimit, policyFiles } from './policy-files.ts'
import { chooseModel, type ModelChoice, type ModelWish } from './provider.ts'
import type { ProtectionOptions } from './protection.ts'
import { permissionMode } from './permissions.ts'
import type { Remembered } from './remembered.ts'
import { chosenSandbox, sandboxMode } from './sandbox.ts'
import type { StoreKind } from './store.ts'

/** Options that most commands share, as they were typed. */
export type SharedOptions = {
  readonly workspace?: string
  readonly config?: string
  readonly store?: string
  readonly model?: string
  readonly provider?: string
  readonly baseUrl?: string
  readonly permissions?: string
  readonly yes?: boolean
  readonly sandbox?: string
  readonly askWhenUnknown?: boolean
  readonly maxTurns?: string
  readonly budget?: string
}

export type Surroundings = { readonly folder: string; readonly environment: Readonly<Record<string, string | undefined>> }

/** Where things are. */
export type Places = {
  readonly workspace: string
  /** The file of SQLite, or the folder of JSONL. */
  readonly storePath: string
  /** Default: `sqlite`. */
  readonly storeKind?: StoreKind
}

/** A worker that is given tasks. */
export type WorkerChoice = { readonly url: string; readonly token?: string }

/** All that calls are judged by: it needs no model. */
export type Ground = Places & {
  readonly mode: PermissionMode
  readonly rules: readonly Rule[]
  /** Where the rules stand in the configuration. */
  readonly ruleLines?: readonly (number | undefined)[]
  /** The rules were typed by a person, and stand in no file. */
  readonly rulesTyped?: true
  /** Rules of the user and of the administrator. */
  readonly layers?: readonly RuleLayer[]
  /** What no mode may go beyond, whoever asks for it, and the file that says so. */
  readonly most?: ModeLimit
  /** How commands are kept apart from the machine. Default: they are not. */
  readonly sandbox?: SandboxOptions
  /** Tools whose calls are asked about where nobody knows what became of them. Default: none. */
  readonly askWhenUnknown?: boolean | readonly string[]
  /** Variables that commands see although their names look like those of keys. */
  readonly keep?: readonly string[]
  /** What is hidden, and what commands may be given. */
  readonly secrets?: SecretsConfig
  /** Folders with files of agents, beside the usual ones. */
  readonly agentFolders?: readonly string[]
  /** Asked before something happens, or told what did; their commands run in the folder of the configuration. */
  readonly hooks?: readonly HookConfig[]
  /** The configuration's file, where there is one. */
  readonly configFile?: string
  /** Default: tasks are done in this process. */
  readonly worker?: WorkerChoice
  /** The tools that the agent has, by name. Default: all. */
  readonly toolNames?: readonly string[]
}

/** All that an agent is made from. */
export type Settings = Ground & {
  readonly model: ModelChoice
  readonly budget: NonNullable<Budget['perRun']>
  /** All runs of a session together. */
  readonly sessionBudget?: NonNullable<Budget['perSession']>
  /** All sessions in the journal together, day by day. */
  readonly dayBudget?: BudgetLimits
  readonly timeouts?: Timeouts
  readonly lanes?: LanesConfig
  readonly instructions?: string
}

/** What is to be hidden of what is said at the command line. */
export async function secretsOf(options: SharedOptions, { folder, environment }: Surroundings): Promise<ProtectionOptions> {
  const workspace = workspaceOf(options, folder)
  const { secrets } = await loadConfig(workspace, configPath(options, folder))
  return { secrets: secrets && { ...secrets, offer: [] }, workspace, environment }
}

/** Where a command works, without asking for a model: enough to look at sessions. */
export async function findPlaces(options: SharedOptions, { folder }: Surroundings): Promise<Places> {
  const workspace = workspaceOf(options, folder)
  if (options.store !== undefined) return { workspace, storePath: resolve(folder, options.store) }
  const config = await loadConfig(workspace, configPath(options, folder))
  return { workspace, storePath: config.store ?? join(workspace, '.seamfold', 'sessions.db') }
}

/**
 * Options win over `remembered`, with which an earlier run was started, and that wins over the configuration.
 * Throws `invalid_argument` or `llm_unauthorized`, saying which option, key or variable is wrong.
 */
export async function resolveSettings(options: SharedOptions, surroundings: Surroundings, remembered?: Remembered): Promise<Settings> {
  const { folder, environment } = surroundings
  const config = await loadConfig(workspaceOf(options, folder), configPath(options, folder))
  const { perSession, perDay, ...perRun } = config.budget ?? {}
  const turns = wholeNumber('--max-turns', options.maxTurns)
  const usd = amount('--budget', options.budget)
  return {
    ...(await groundOf(config, options, { surroundings, remembered })),
    // A model is one choice: an option that names a part of it puts aside all of what was remembered.
    model: priced(chooseModel(modelWish(options, namesModel(options) ? config : (remembered ?? config)), environment), config),
    budget: { ...(remembered?.budget ?? perRun), ...pick('turns', turns), ...pick('usd', usd) },
    ...pick('sessionBudget', perSession),
    ...pick('dayBudget', perDay),
    ...pick('timeouts', config.timeouts),
    ...pick('lanes', config.lanes),
    ...pick('instructions', config.instructions),
  }
}

/** What calls of an agent here would be judged by. Throws `invalid_argument` as `resolveSettings` does. */
export async function resolveGround(options: SharedOptions, surroundings: Surroundings): Promise<Ground> {
  const config = await loadConfig(workspaceOf(options, surroundings.folder), configPath(options, surroundings.folder))
  return groundOf(config, options, { surroundings })
}

/** What a person, the project or the administrator said here of what may be done, for a worker; nothing where nobody said a word. */
export async function policiesHere(options: SharedOptions, surroundings: Surroundings): Promise<readonly PolicyData[]> {
  const { folder } = surroundings
  const { mode: configured, ...config } = await loadConfig(workspaceOf(options, folder), configPath(options, folder))
  const { layers: others, usual = configured, most } = await policyFiles(surroundings)
  const ruled = { rules: config.rules, ...pick('ruleLines', config.ruleLines), ...pick('configFile', config.file), layers: others }
  const layers = groundLayers(ruled).filter(({ rules }) => rules.length > 0)
  const isSaid = (options.permissions ?? usual ?? most) !== undefined
  if (isSaid) return [{ ...(layers.length > 0 && { layers }), mode: modeOf(options, usual, most) }]
  return layers.length > 0 ? [{ layers, default: 'allow' }] : []
}

type Around = {
  readonly surroundings: Surroundings
  readonly remembered?: Pick<Remembered, 'mode' | 'sandbox' | 'askWhenUnknown'> | undefined
}

async function groundOf(config: Config, options: SharedOptions, { surroundings, remembered }: Around): Promise<Ground> {
  const { folder } = surroundings
  const workspace = workspaceOf(options, folder)
  const files = await policyFiles(surroundings)
  return {
    workspace,
    storePath: options.store === undefined ? (config.store ?? join(workspace, '.seamfold', 'sessions.db')) : resolve(folder, options.store),
    mode: modeOf(options, remembered?.mode ?? files.usual ?? config.mode, files.most),
    rules: config.rules,
    ...pick('ruleLines', config.ruleLines),
    ...(files.layers.length === 0 ? {} : { layers: files.layers }),
    ...pick('most', files.most),
    ...pick('sandbox', chosenSandbox(config.sandbox, options.sandbox === undefined ? remembered?.sandbox : sandboxMode(options.sandbox))),
    ...pick('askWhenUnknown', options.askWhenUnknown ?? remembered?.askWhenUnknown ?? config.askWhenUnknown),
    ...pick('keep', config.environment?.keep),
    ...pick('secrets', config.secrets),
    ...pick('agentFolders', config.agents),
    ...pick('hooks', config.hooks),
    ...pick('configFile', config.file),
  }
}

/** The price that is configured is that of the model that is configured; without one, of whichever is chosen. */
const priced = (choice: ModelChoice, { price, model = choice.model }: Config): ModelChoice =>
  price === undefined || model !== choice.model ? choice : { ...choice, price }

/** Whether the options choose a model. */
const namesModel = ({ model, provider, baseUrl }: SharedOptions): boolean =>
  model !== undefined || provider !== undefined || baseUrl !== undefined

/** The model that was asked for: an option wins over the configuration. */
export const modelWish = (options: Pick<SharedOptions, 'provider' | 'model' | 'baseUrl'>, config: ModelWish = {}): ModelWish => ({
  ...pick('provider', options.provider ?? config.provider),
  ...pick('model', options.model ?? config.model),
  ...pick('baseURL', options.baseUrl ?? config.baseURL),
})

const configPath = ({ config }: SharedOptions, folder: string): string | undefined =>
  config === undefined ? undefined : resolve(folder, config)

/** A key with its value, or nothing where there is none. */
function pick<Key extends string, Value>(key: Key, value: Value | undefined): { readonly [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]: Value })
}

function workspaceOf({ workspace }: SharedOptions, folder: string): string {
  const path = resolve(folder, workspace ?? '.')
  if (!existsSync(path))
    throw new AgentError('invalid_argument', `The workspace ${path} does not exist. Make it first, or name another with --workspace.`)
  if (!statSync(path).isDirectory())
    throw new AgentError('invalid_argument', `The workspace ${path} is not a folder. Name one with --workspace.`)
  return path
}

/** An option that goes beyond what the administrator allows is refused; what was configured or remembered is held to it. */
function modeOf({ yes, permissions }: SharedOptions, usual: PermissionMode = 'ask', most?: ModeLimit): PermissionMode {
  if (yes === true && permissions !== undefined && permissions !== 'full') {
    throw new AgentError('invalid_argument', `--yes allows everything and --permissions ${permissions} does not: give one of the two.`)
  }
  const wanted = yes === true ? 'full' : permissions === undefined ? undefined : permissionMode(permissions)
  if (wanted !== undefined) return assertMode(wanted, most)
  return most === undefined ? usual : stricterMode(usual, most.mode)
}

/** An option that counts something. Throws `invalid_argument` for anything but a whole number above zero. */
export function wholeNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new AgentError('invalid_argument', `${option} is '${text}'. Give a whole number above zero.`)
}

/** An option in US dollars. Throws `invalid_argument` for anything but an amount above zero. */
export function amount(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text.replace(/^\$/, ''))
  if (Number.isFinite(value) && value > 0) return value
  throw new AgentError('invalid_argument', `${option} is '${text}'. Give US dollars above zero, such as 0.50.`)
}
