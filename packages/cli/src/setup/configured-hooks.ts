/** Makes hooks of what the configuration says of them. */
import { existsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { AgentError, type HookExecutor } from '@seamfold/core/kit'
import type { CombinedHooks } from '@seamfold/hooks'
import type { HookConfig } from '../config/config.ts'
import { accessPath } from './guarded-paths.ts'
import type { Ground } from './settings.ts'

type Configured = Pick<Ground, 'hooks' | 'configFile' | 'workspace'>
type Environment = Readonly<Record<string, string | undefined>>

/** The variable that tells a hook's command which folder the agent works on. */
const WORKSPACE_VARIABLE = 'SEAMFOLD_WORKSPACE'

/** Undefined without any. `environment` is what commands see. Throws `invalid_argument`, naming the hook, for one that cannot work. */
export async function configuredHooks(settings: Configured, environment: Environment): Promise<CombinedHooks | undefined> {
  const { hooks = [] } = settings
  if (hooks.length === 0) return undefined
  const { combineHooks, commandHooks, httpHooks } = await import('@seamfold/hooks')
  const toExecutor = (hook: HookConfig, index: number): HookExecutor => {
    const time = hook.timeoutMs === undefined ? {} : { timeoutMs: hook.timeoutMs }
    if ('url' in hook) {
      const secret = secretOf(hook, index)
      return httpHooks({ url: hook.url, headers: hook.headers ?? {}, ...time, ...(secret === undefined ? {} : { secret }) })
    }
    const place = {
      directory: folderOf(settings),
      environment: { ...environment, [WORKSPACE_VARIABLE]: settings.workspace },
      ...time,
    }
    if ('shell' in hook) return commandHooks({ shell: hook.shell, ...place })
    const [program = '', ...parameters] = hook.command
    return commandHooks({ command: [program, ...parameters], ...place })
  }
  return combineHooks(
    hooks.map((hook, index) => {
      const { on, tool, path, agent, priority } = hook
      const match = { on, tool, path, agent, priority }
      const given = Object.fromEntries(Object.entries(match).filter(([, value]) => value !== undefined))
      return { ...given, hooks: toExecutor(hook, index), name: hookName(hook, index) }
    }),
  )
}

/** Commands run in the configuration's folder, as its other paths are relative to it. */
const folderOf = ({ configFile, workspace }: Configured): string => (configFile === undefined ? workspace : dirname(configFile))

export const hookName = ({ name }: HookConfig, index: number): string => name ?? `hook ${index + 1}`

/** What a hook is signed with. Throws `invalid_argument` where the variable is not set. */
export function secretOf(hook: HookConfig, index: number, environment: Environment = process.env): string | undefined {
  if (!('url' in hook) || hook.secretVariable === undefined) return undefined
  const secret = environment[hook.secretVariable] ?? ''
  if (secret !== '') return secret
  throw new AgentError(
    'invalid_argument',
    `${hookName(hook, index)} is to be signed with what the variable ${hook.secretVariable} holds, and that is not set. ` +
      `Set it, or take the key 'hooks.${index}.secretVariable' out of the configuration.`,
  )
}

const some = (value: string | readonly string[]): string => (typeof value === 'string' ? value : value.join(', '))

/** What it is told of and whom it asks, on one line. Headers are not shown, nor what may be hidden behind the path. */
export function describeHook(hook: HookConfig): string {
  const match = [
    hook.on === undefined ? 'everything' : some(hook.on),
    ...(['tool', 'path', 'agent'] as const).flatMap((key) => (hook[key] === undefined ? [] : [`${key} ${some(hook[key])}`])),
  ].join('; ')
  const way =
    'url' in hook
      ? `POST ${new URL(hook.url).origin}${new URL(hook.url).pathname}`
      : 'shell' in hook
        ? `sh: ${hook.shell}`
        : hook.command.join(' ')
  return `${match} → ${way}`
}

/** The files that hooks run, as accesses have them: whoever writes them would say what is run. */
export function hookFiles(settings: Configured): readonly string[] {
  const words = (settings.hooks ?? []).flatMap((hook) =>
    'url' in hook ? [] : 'shell' in hook ? hook.shell.split(/[\s'"`;&|()<>=$]+/) : hook.command,
  )
  const files = words.filter((word) => word !== '').map((word) => resolve(folderOf(settings), word))
  return files.filter((file) => existsSync(file) && statSync(file).isFile()).map((file) => accessPath(settings.workspace, file))
}
