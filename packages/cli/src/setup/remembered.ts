/** Keeps with a run how it was started, so that whoever goes on with it later does so in the same way. */
import { isPermissionMode } from '@seamfold/core'
import { isAgentError, isJsonObject, type Json, type JsonObject, type SessionStore } from '@seamfold/core/kit'
import type { SandboxMode } from '@seamfold/tools'
import type { PermissionMode } from '../config/config.ts'
import { ADDRESS_VARIABLES, type ModelWish } from './provider.ts'
import { isSandboxMode } from './sandbox.ts'
import type { Settings, Surroundings } from './settings.ts'

/** What a run was started with. A base URL from the environment is not part of it: the environment may have changed. */
export type Remembered = ModelWish & {
  readonly mode: PermissionMode
  /** Default: `off`. */
  readonly sandbox?: SandboxMode
  /** Default: of none. */
  readonly askWhenUnknown?: boolean | readonly string[]
  /** What the run may use. */
  readonly budget: Settings['budget']
}

/** By the id of the send, which forks and rewindings of a session share. */
const keyOf = (sendId: string): string => `cli-run/${sendId}`

/** Doing it twice keeps the first. */
export async function remember(
  store: SessionStore,
  sendId: string,
  {
    model,
    mode,
    sandbox,
    askWhenUnknown,
    budget,
    environment,
  }: Pick<Settings, 'model' | 'mode' | 'sandbox' | 'askWhenUnknown' | 'budget'> & Pick<Surroundings, 'environment'>,
): Promise<void> {
  const { provider, baseURL } = model
  const ofEnvironment = provider !== 'simulator' && baseURL === environment[ADDRESS_VARIABLES[provider]]
  const remembered: Remembered = {
    provider,
    model: model.model,
    ...(baseURL === undefined || ofEnvironment ? {} : { baseURL }),
    mode,
    ...(sandbox === undefined ? {} : { sandbox: sandbox.mode }),
    ...(askWhenUnknown === undefined ? {} : { askWhenUnknown }),
    budget,
  }
  try {
    await store.append(keyOf(sendId), [JSON.stringify(remembered)], { expected: 0 })
  } catch (error) {
    if (!isAgentError(error, 'store_conflict')) throw error
  }
}

/** For a send that was refused. */
export const forget = (store: SessionStore, sendId: string): Promise<void> => store.delete(keyOf(sendId))

/** Undefined for a run that something else started, or whose note cannot be read. */
export async function recall(store: SessionStore, sendId: string): Promise<Remembered | undefined> {
  for await (const { record } of store.read(keyOf(sendId))) return parse(record)
  return undefined
}

function parse(record: string): Remembered | undefined {
  let data: unknown
  try {
    data = JSON.parse(record)
  } catch {
    return undefined // whoever goes on says that it is not known
  }
  if (!isJsonObject(data) || !isPermissionMode(data.mode)) return undefined
  return {
    ...textOf(data, 'provider'),
    ...textOf(data, 'model'),
    ...textOf(data, 'baseURL'),
    mode: data.mode,
    ...(isSandboxMode(data.sandbox) ? { sandbox: data.sandbox } : {}),
    ...askingOf(data.askWhenUnknown),
    budget: {
      ...countOf(data.budget, 'usd'),
      ...countOf(data.budget, 'tokens'),
      ...countOf(data.budget, 'turns'),
      ...countOf(data.budget, 'toolCalls'),
    },
  }
}

function askingOf(value: Json | undefined): Pick<Remembered, 'askWhenUnknown'> {
  if (typeof value === 'boolean') return { askWhenUnknown: value }
  return Array.isArray(value) ? { askWhenUnknown: value.filter((name) => typeof name === 'string') } : {}
}

function textOf<Key extends string>(data: JsonObject, key: Key): { readonly [K in Key]?: string } {
  const value = data[key]
  return typeof value === 'string' ? ({ [key]: value } as { readonly [K in Key]: string }) : {}
}

function countOf<Key extends string>(data: Json | undefined, key: Key): { readonly [K in Key]?: number } {
  const value = isJsonObject(data) ? data[key] : undefined
  return typeof value === 'number' ? ({ [key]: value } as { readonly [K in Key]: number }) : {}
}
