/** Compares how a run goes on with how it was started. */
import type { Remembered } from '../setup/remembered.ts'
import type { Settings } from '../setup/settings.ts'

type Now = Pick<Settings, 'model' | 'mode' | 'sandbox'>

const otherModel = ({ model }: Now, remembered: Remembered): boolean =>
  remembered.model !== model.model || remembered.provider !== model.provider

const otherSandbox = ({ sandbox }: Now, remembered: Remembered): boolean => (sandbox?.mode ?? 'off') !== (remembered.sandbox ?? 'off')

/** Whether it goes on with another model, or may do other things. */
export const differs = (now: Now, remembered: Remembered): boolean =>
  otherModel(now, remembered) || remembered.mode !== now.mode || otherSandbox(now, remembered)

/** One sentence for a person. `remembered` is undefined where nothing tells how it was started. */
export function startedWords(now: Now, remembered: Remembered | undefined): string {
  const choose = '--model and --permissions choose otherwise'
  if (remembered === undefined) return `Nothing tells how this run was started: it goes on as above; ${choose}.`
  if (!differs(now, remembered)) return `As it was started; ${choose}.`
  const before = [
    ...(otherModel(now, remembered) ? [`the model ${remembered.model ?? 'of somebody else'}`] : []),
    ...(remembered.mode === now.mode ? [] : [`--permissions ${remembered.mode}`]),
    ...(otherSandbox(now, remembered) ? [`--sandbox ${remembered.sandbox ?? 'off'}`] : []),
  ]
  return `It was started with ${before.join(' and ')}, and goes on as above.`
}
