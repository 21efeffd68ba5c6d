/** Makes the sandbox of the agent's commands from options, what was remembered and the configuration. */
import { AgentError } from '@seamfold/core/kit'
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

/** Of one agent: who hears once where there is no sandbox, and what is frozen beside what the configuration says. */
type Around = { readonly frozen: readonly string[]; warn(why: string): void }

export const sandboxOf = ({ sandbox = { mode: 'off' } }: Pick<Ground, 'sandbox'>, { frozen, warn }: Around): SandboxOptions => ({
  ...sandbox,
  frozen: [...(sandbox.frozen ?? []), ...frozen],
  onMissing: warn,
})
