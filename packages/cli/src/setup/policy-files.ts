/** Finds and reads the rules that come from elsewhere than the project: the user's own and the administrator's. */
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { AgentError } from '@seamfold/core/kit'
import { type PermissionMode, type PolicyLayer, type RuleLayer, stricterMode } from '@seamfold/core'
import { loadPolicyFile } from '../config/load.ts'
import type { Surroundings } from './settings.ts'

/** A variable that names one more file of the administrator's. */
const POLICY_VARIABLE = 'SEAMFOLD_POLICY'

/** What no mode may go beyond, and the file that says so. */
export type ModeLimit = { readonly mode: PermissionMode; readonly file: string }

export type PolicyFiles = {
  readonly layers: readonly RuleLayer[]
  /** The mode that the user wants where nothing stronger names one. */
  readonly usual?: PermissionMode
  readonly most?: ModeLimit
}

type Place = { readonly layer: PolicyLayer; readonly file: string }

/** Where rules are looked for. The one that a variable names has to be there. */
function policyPlaces({ folder, environment }: Surroundings): readonly Place[] {
  const settings = environment.XDG_CONFIG_HOME || join(environment.HOME || homedir(), '.config')
  const shared = process.platform === 'win32' ? (environment.ProgramData ?? 'C:\\ProgramData') : '/etc'
  const named = environment[POLICY_VARIABLE] ?? ''
  return [
    { layer: 'user', file: join(settings, 'seamfold', 'policy.json') },
    { layer: 'administrator', file: join(shared, 'seamfold', 'policy.json') },
    ...(named === '' ? [] : [{ layer: 'administrator' as const, file: resolve(folder, named) }]),
  ]
}

/** Throws `invalid_argument`, naming file and line, for one that is wrong: to go on without it would be to go on without its rules. */
export async function policyFiles(surroundings: Surroundings): Promise<PolicyFiles> {
  const named = surroundings.environment[POLICY_VARIABLE]
  const here = policyPlaces(surroundings).filter(({ file }) => existsSync(file) || file === resolve(surroundings.folder, named ?? ''))
  const found = await Promise.all(here.map(async ({ layer, file }) => ({ layer, ...(await loadPolicyFile(file)) })))
  const usual = found.find(({ layer }) => layer === 'user')?.mode
  const most = found.reduce<ModeLimit | undefined>(
    (least, { layer, mode, file }) =>
      layer !== 'administrator' || mode === undefined || (least !== undefined && stricterMode(least.mode, mode) === least.mode)
        ? least
        : { mode, file },
    undefined,
  )
  return {
    layers: found.map(({ layer, rules, file, lines }) => ({ layer, rules, file, lines })),
    ...(usual === undefined ? {} : { usual }),
    ...(most === undefined ? {} : { most }),
  }
}

/** A mode that a person asks for. Throws `invalid_argument` for one that goes beyond what the administrator allows. */
export function assertMode(wanted: PermissionMode, most: ModeLimit | undefined): PermissionMode {
  if (most === undefined || stricterMode(wanted, most.mode) === wanted) return wanted
  throw new AgentError('invalid_argument', `The mode '${wanted}' is more than ${most.file} allows: at most '${most.mode}'.`)
}
