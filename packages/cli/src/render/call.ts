/** Says a tool call in a few words: what it is about, from its arguments. */
import type { Json, JsonObject } from '@seamfold/core/kit'
import { plural, visibleLine } from './text.ts'

/** Plain JSON as an object; anything else as one without keys. */
export const asObject = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}

/** The first of these keys that holds a text which says something. */
export function textAt(value: Json | undefined, ...keys: readonly string[]): string | undefined {
  const object = asObject(value)
  for (const key of keys) {
    const found = object[key]
    if (typeof found === 'string' && found !== '') return found
  }
  return undefined
}

const countAt = (value: Json | undefined, key: string): number => {
  const found = asObject(value)[key]
  return Array.isArray(found) ? found.length : 0
}

const where = (args: Json): string => {
  const path = textAt(args, 'path', 'file_path')
  return path === undefined || path === '.' ? '' : ` in ${path}`
}

type Describe = (args: Json) => string | undefined

const KNOWN: Readonly<Record<string, Describe>> = {
  bash: (args) => textAt(args, 'command'),
  read: (args) => textAt(args, 'path', 'file_path'),
  write: (args) => textAt(args, 'path', 'file_path'),
  edit: (args) => textAt(args, 'path', 'file_path'),
  patch: (args) => textAt(args, 'path', 'file_path'),
  ls: (args) => textAt(args, 'path', 'file_path') ?? '.',
  grep: (args) => (textAt(args, 'pattern') ?? '') + where(args),
  glob: (args) => (textAt(args, 'pattern') ?? '') + where(args),
  git: (args) => {
    const command = textAt(args, 'command')
    const part = command === 'branch' || command === 'worktree' ? textAt(args, 'subcommand') : undefined
    return [command, part, textAt(args, 'name', 'target', 'ref'), textAt(args, 'path')].filter((word) => word !== undefined).join(' ')
  },
  web_fetch: (args) => textAt(args, 'url'),
  update_plan: (args) =>
    plural(Math.max(countAt(args, 'items'), countAt(args, 'plan'), countAt(args, 'todos'), countAt(args, 'steps')), 'step'),
  batch: (args) => plural(Math.max(countAt(args, 'invocations'), countAt(args, 'calls')), 'call'),
}

/** The gist of a call's arguments, on one line. */
export function describeCall(name: string, args: Json): string {
  const known = KNOWN[name]?.(args)
  if (known !== undefined && known !== '') return visibleLine(known)
  const entries = Object.entries(asObject(args))
  return visibleLine(entries.map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`).join(', '))
}
