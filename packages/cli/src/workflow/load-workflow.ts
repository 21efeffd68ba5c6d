/** Loads the workflow that a file exports. */
import { existsSync, statSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import type { WorkflowDefinition } from '@seamfold/core'
import { AgentError } from '@seamfold/core/kit'
import { suggestion } from '../config/nearest.ts'
import { loadErrorText } from '../config/load-error.ts'

export type AnyWorkflow = WorkflowDefinition<unknown, unknown>

/** The workflow with this name, or the only one. Throws `invalid_argument`, saying what the file exports instead. */
export async function loadWorkflow(file: string, name?: string): Promise<AnyWorkflow> {
  if (!existsSync(file)) throw new AgentError('invalid_argument', `There is no file ${file}.`)
  const found = await workflowsIn(file)
  const names = found.map((each) => each.name)
  if (found.length === 0)
    throw new AgentError('invalid_argument', `${file} exports no workflow: export const mine = defineWorkflow('mine', { input, run })`)
  const chosen = name === undefined ? found : found.filter((each) => each.name === name)
  if (chosen.length === 0)
    throw new AgentError('invalid_argument', `${file} exports no workflow '${name}'. ${suggestion(name ?? '', names)}`)
  if (new Set(chosen).size > 1)
    throw new AgentError('invalid_argument', `${file} exports several workflows: say which with --name. They are: ${names.join(', ')}.`)
  return chosen[0] as AnyWorkflow
}

/** All workflows that a file exports, as it is now: one that was changed is loaded anew. */
export async function workflowsIn(file: string): Promise<readonly AnyWorkflow[]> {
  return Object.values(await exportsOf(file)).filter(isWorkflow)
}

async function exportsOf(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(`${pathToFileURL(file).href}?at=${statSync(file).mtimeMs}`)) as Readonly<Record<string, unknown>>
  } catch (error) {
    throw new AgentError('invalid_argument', await loadErrorText(file, error), { cause: error })
  }
}

const isWorkflow = (value: unknown): value is AnyWorkflow =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  typeof value.name === 'string' &&
  'run' in value &&
  typeof value.run === 'function' &&
  'input' in value
