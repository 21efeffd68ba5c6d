/** The settings with which a run goes on: those it was started with, but for what an option says now. */
import { AgentError, isAgentError } from '@seamfold/core/kit'
import type { Remembered } from '../setup/remembered.ts'
import { resolveSettings, type Settings, type SharedOptions } from '../setup/settings.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** A key that is missing is missing for a model that nobody has named now: that is said. */
export async function settingsAsStarted(options: SharedOptions, terminal: Terminal, remembered: Remembered | undefined): Promise<Settings> {
  try {
    return await resolveSettings(options, terminal, remembered)
  } catch (error) {
    if (remembered === undefined || !isAgentError(error, 'llm_unauthorized')) throw error
    const [first] = error.message.split('\n')
    throw new AgentError(
      error.code,
      `${first}\nThe run was started with ${remembered.model ?? remembered.provider}: set the key, or go on with another model: --model, --provider.`,
      { cause: error },
    )
  }
}
