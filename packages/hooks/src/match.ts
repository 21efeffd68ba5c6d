/** Decides which hooks an executor is told of: by name, tool, path and agent. */
import { type Access, AgentError, globMatcher, type HookEvent, type HookName, hookNames } from '@seamfold/core/kit'
import { isGate } from './decision.ts'

/** One or several. */
type Some<T> = T | readonly T[]

export type HookMatch = {
  /** Names of hooks. Default: all. */
  readonly on?: Some<HookName>
  /** Names of tools, `*` for anything: then only what is about such a tool is told. */
  readonly tool?: Some<string>
  /**
   * Globs over the paths that a call reads or writes: `*` within a segment, `**` across segments. A gating hook is also asked about
   * calls whose paths nobody can tell: an undeclared tool, a command that cannot be taken apart, arguments that a hook before it changed.
   */
  readonly path?: Some<string>
  /** Names of sub-agents, `*` for anything. The agent outside has the empty name. */
  readonly agent?: Some<string>
}

type Test = (event: HookEvent) => boolean

/** Throws `invalid_argument` for a hook that there is not, and for a pattern that matches nothing. */
export function hookMatcher({ on, tool, path, agent }: HookMatch): Test {
  const tests: Test[] = []
  if (on !== undefined) {
    const names = new Set(list('on', on))
    const unknown = [...names].find((name) => !hookNames.includes(name))
    if (unknown !== undefined) throw new AgentError('invalid_argument', `There is no hook '${unknown}'; there are ${hookNames.join(', ')}`)
    tests.push(({ hook }) => names.has(hook))
  }
  if (agent !== undefined) {
    const names = nameTest(list('agent', agent))
    tests.push(({ metadata }) => names(typeof metadata.agent === 'string' ? metadata.agent : ''))
  }
  if (tool !== undefined) {
    const names = nameTest(list('tool', tool))
    tests.push((event) => {
      const name = toolOf(event)
      return name !== undefined && names(name)
    })
  }
  if (path !== undefined) tests.push(pathTest(list('path', path)))
  return (event) => tests.every((test) => test(event))
}

function list<T>(name: string, given: Some<T>): readonly T[] {
  const all = (Array.isArray(given) ? given : [given]) as readonly T[]
  if (all.length === 0) throw new AgentError('invalid_argument', `The option '${name}' of a hook is empty, so it would never be asked`)
  return all
}

function nameTest(patterns: readonly string[]): (name: string) => boolean {
  const tests = patterns.map((pattern) => (pattern.includes('*') ? globMatcher(pattern.replaceAll('*', '**')) : undefined))
  return (name) => patterns.some((pattern, index) => tests[index]?.(name) ?? pattern === name)
}

function toolOf(event: HookEvent): string | undefined {
  if (event.hook === 'on_confirmation') return event.request.toolName
  return 'tool' in event ? event.tool : undefined
}

function pathTest(globs: readonly string[]): Test {
  const tests = globs.map((glob) => ({ matches: globMatcher(glob), fixed: glob.slice(0, glob.search(/[*?{]|$/)) }))
  const names = (path: string): boolean =>
    // A path covers what is below it.
    tests.some(({ matches, fixed }) => matches(path) || path === '.' || fixed.startsWith(`${path}/`))
  return (event) => {
    if (toolOf(event) === undefined) return false
    const accesses = event.hook === 'on_confirmation' ? event.request.accesses : 'accesses' in event ? event.accesses : undefined
    if (accesses === undefined) return isGate(event)
    return accesses.some((access) => ('path' in access && names(access.path)) || (isGate(event) && isUntold(access)))
  }
}

/** Whether it may touch any path, or one that only running it tells. */
const isUntold = (access: Access): boolean =>
  access.kind === 'other' || (access.kind === 'exec' && access.undecided !== undefined) || ('path' in access && access.path === '/')
