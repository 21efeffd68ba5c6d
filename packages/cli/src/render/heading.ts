/** The first lines of a run: which model works, where, and what it may do without asking. */
import type { PermissionMode } from '../config/config.ts'
import type { ModelChoice } from '../setup/provider.ts'
import { fieldLines, type Field } from './fields.ts'
import { oneLine } from './text.ts'
import type { Style } from './style.ts'

export type Heading = {
  readonly title: string
  readonly model: ModelChoice
  readonly workspace: string
  readonly mode?: PermissionMode
  readonly task?: string
  readonly session?: string
}

const MODES: Readonly<Record<PermissionMode, string>> = {
  ask: 'looks freely, asks before it edits or runs anything',
  'auto-edit': 'looks and edits freely, asks before it runs anything',
  full: 'looks, edits and runs without asking',
  'read-only': 'looks, and changes nothing',
}

export function headingLines({ title, model, workspace, mode, task, session }: Heading, style: Style): readonly string[] {
  const fields: Field[] = [
    ['Model', modelText(model, style)],
    ['Workspace', workspace],
    ...(session === undefined ? [] : [['Session', session] as const]),
    ...(mode === undefined ? [] : [['Agent', MODES[mode]] as const]),
    ...(task === undefined ? [] : [['Task', style.colors.bold(oneLine(task))] as const]),
  ]
  return [style.colors.bold(title), '', ...fieldLines(fields, style)]
}

/** Which model it is, and that it is none where it is simulated. */
export function modelText({ provider, model, baseURL, why }: ModelChoice, { colors }: Style): string | readonly string[] {
  if (provider === 'simulator') {
    const reason = why === 'no key' ? ', because no key was found' : ''
    const way = why === 'no key' ? ['set ANTHROPIC_API_KEY or OPENAI_API_KEY to work with a real one'] : []
    return [colors.yellow(`the built-in simulator${reason}`), ...way.map((line) => colors.dim(line))]
  }
  const where = baseURL === undefined ? '' : colors.dim(` at ${baseURL}`)
  return `${model} ${colors.dim(`(${provider})`)}${where}`
}
