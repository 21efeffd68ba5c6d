/** Finds the configuration of a workspace and files of rules, and holds them to their schemas. */
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Rule } from '@seamfold/core'
import { AgentError } from '@seamfold/core/kit'
import type { PermissionMode, PolicyConfig, SeamfoldConfig } from './config.ts'
import { suggestion } from './nearest.ts'
import type { Checked } from './schema.ts'
import { readSource, type Source } from './source.ts'

const NAMES = ['seamfold.config.ts', 'seamfold.config.js', 'seamfold.config.mjs', 'seamfold.config.json'] as const

/** A checked configuration. */
export type Config = Omit<SeamfoldConfig, 'permissions'> & {
  /** The file that it came from; undefined when there is none. */
  readonly file?: string
  readonly mode?: PermissionMode
  readonly rules: readonly Rule[]
  /** Where each of them stands in the file. */
  readonly ruleLines?: readonly (number | undefined)[]
}

/** The configuration file of a folder or of one above it. Throws `invalid_argument` for a folder with two. */
export function findConfig(folder: string): string | undefined {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const found = NAMES.map((name) => join(at, name)).filter((file) => existsSync(file))
    if (found.length > 1)
      throw new AgentError(
        'invalid_argument',
        `There are two configurations and one must go:\n${found.map((file) => `  ${file}`).join('\n')}`,
      )
    if (found[0] !== undefined) return found[0]
    if (dirname(at) === at) return undefined
  }
}

/** The configuration that holds for a folder. Throws `invalid_argument`, naming the file, the key and, where it stands in the file, the line. */
export async function loadConfig(folder: string, given?: string): Promise<Config> {
  const file = given ?? findConfig(folder)
  if (file === undefined) return { rules: [] }
  if (given !== undefined && !existsSync(given)) throw new AgentError('invalid_argument', `There is no configuration at ${given}.`)
  const source = await readSource(file, 'its configuration as default: export default defineConfig({ … })')
  const { checkConfig } = await import('./schema.ts')
  // Checked just now: the value is what the schema says.
  const { permissions, store, agents, ...rest } = checked(source, checkConfig(source.data), 'the configuration') as SeamfoldConfig
  const open = typeof permissions === 'string' ? { mode: permissions } : permissions
  const rules = (open?.rules ?? []) as readonly Rule[]
  return {
    ...rest,
    file,
    rules,
    ruleLines: rules.map((_, index) => source.lineOf(['permissions', 'rules', index])),
    ...(open?.mode === undefined ? {} : { mode: open.mode }),
    ...(store === undefined ? {} : { store: resolve(dirname(file), store) }),
    ...(agents === undefined ? {} : { agents: agents.map((path) => resolve(dirname(file), path)) }),
  }
}

/** A checked file of rules. */
export type PolicyFile = {
  readonly file: string
  readonly mode?: PermissionMode
  readonly rules: readonly Rule[]
  readonly lines: readonly (number | undefined)[]
}

/** A file with nothing but what `permissions` of a configuration may be. Throws as `loadConfig` does. */
export async function loadPolicyFile(file: string): Promise<PolicyFile> {
  if (!existsSync(file)) throw new AgentError('invalid_argument', `There is no policy at ${file}.`)
  const source = await readSource(file, 'its policy as default: export default definePolicy({ … })')
  const { checkPolicy } = await import('./schema.ts')
  const { mode, rules = [] } = checked(source, checkPolicy(source.data), 'the policy') as PolicyConfig
  return {
    file,
    rules: rules as readonly Rule[],
    lines: rules.map((_, index) => source.lineOf(['rules', index])),
    ...(mode === undefined ? {} : { mode }),
  }
}

/** The value that was found right. Throws with one line for each problem, and where it stands. */
function checked({ file, lineOf }: Source, result: Checked, whole: string): unknown {
  if (result.ok) return result.value
  const problems = result.problems.map(({ path, message, unknown, known }) => {
    const at = unknown === undefined ? path : [...path, unknown]
    const line = lineOf(at)
    const key = at.map(String).join('.')
    const words = unknown === undefined ? message : `there is no such key. ${suggestion(unknown, known)}`
    return `${file}${line === undefined ? '' : `:${line}`}: ${key === '' ? whole : `'${key}'`}: ${words}`
  })
  throw new AgentError('invalid_argument', problems.join('\n'))
}
