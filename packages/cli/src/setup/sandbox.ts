/** Makes the sandbox of the agent's commands from options, what was remembered and the configuration. */
import { AgentError } from '@seamfold/core/kit'
import type { RuleLayer } from '@seamfold/core'
import type { SandboxMode, SandboxOptions } from '@seamfold/tools'
import { suggestion } from '../config/nearest.ts'
import type { SandboxConfig } from '../config/config.ts'
import type { Ground } from './settings.ts'

const MODES: readonly SandboxMode[] = ['off', 'auto', 'required']

/** Whether outside data names a mode. */
export const isSandboxMode = (value: unknown): value is SandboxMode => MODES.some((mode) => mode === value)

/** A mode by its name. Throws `invalid_argument` for a name that is none. */
export function sandboxMode(name: string): SandboxMode {
  if (isSandboxMode(name)) return name
  throw new AgentError('invalid_argument', `There is no sandbox mode '${name}'. ${suggestion(name, MODES)}`)
}

/** What the configuration says, with another mode where one was chosen. Undefined where nothing was. */
export function chosenSandbox(configured: SandboxConfig | undefined, mode: SandboxMode | undefined): SandboxOptions | undefined {
  if (configured === undefined) return mode === undefined ? undefined : { mode }
  const options = typeof configured === 'string' ? { mode: configured } : configured
  return mode === undefined ? options : { ...options, mode }
}

/** Of one agent: who hears once where there is no sandbox, and what is frozen and hidden beside what the configuration says. */
type Around = { readonly frozen: readonly string[]; readonly hidden: readonly string[]; warn(why: string): void }

export const sandboxOf = ({ sandbox = { mode: 'off' } }: Pick<Ground, 'sandbox'>, { frozen, hidden, warn }: Around): SandboxOptions => ({
  ...sandbox,
  frozen: [...(sandbox.frozen ?? []), ...frozen],
  hidden: [...(sandbox.hidden ?? []), ...hidden],
  onMissing: warn,
})

/** Paths of the workspace that a rule denies reading whoever asks and by whatever tool: no program is to read them either. */
export const unreadable = (layers: readonly RuleLayer[]): readonly string[] =>
  layers
    .flatMap(({ rules }) => rules)
    .flatMap((rule) => {
      const { path, access = 'read', tool = '*', ...rest } = 'deny' in rule ? rule.deny : {}
      const isForAll = access === 'read' && (tool === '*' || tool === 'bash') && Object.keys(rest).length === 0
      return path !== undefined && isForAll && !/^(?:[/~]|(?:\*+\/?)+$)/.test(path) ? [path] : []
    })
