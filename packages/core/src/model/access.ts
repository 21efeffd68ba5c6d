/** What a tool call touches and what kind of effect it has: read by permissions, scheduling, recovery and audit. */

/**
 * One thing that a call touches. Paths are relative to the workspace or absolute, with `/`; a path covers what is below it.
 * - `read`, `write`: `by` is the simple command whose words name the path; what is redirected has none. `below` is said of a command
 *   that goes through the folder for whatever lies in it, so that nothing tells which files. `/` is where only running it tells the path.
 *   A write that is `perhaps` one is a word that may be a path, for a program of which that is not known: the file may be read, changed,
 *   or none at all. Rules over paths that deny or ask then ask; for everything else it is as if it were not there.
 * - `exec`: a command for a shell. `commands` are the simple commands it would run, where they could be told for certain: words with
 *   one space between them, single-quoted where they are not plain. `undecided` says why they could not.
 * - `net`: a host name, with `:port` where it is not the usual one.
 * - `other`: something undeclared: it conflicts with everything.
 */
export type Access =
  | { readonly kind: 'read'; readonly path: string; readonly by?: string; readonly below?: true }
  | { readonly kind: 'write'; readonly path: string; readonly by?: string; readonly below?: true; readonly perhaps?: true }
  | { readonly kind: 'exec'; readonly command: string; readonly commands?: readonly string[]; readonly undecided?: string }
  | { readonly kind: 'net'; readonly host: string }
  | { readonly kind: 'agent'; readonly agent: string }
  | { readonly kind: 'other' }

export type AccessKind = Access['kind']

/**
 * What happens when a call is made twice.
 * - `none`: it changes nothing. - `idempotent`: twice is as once. - `keyed`: the far side honours the idempotency key.
 * - `unsafe`: twice is twice. - `composite`: all effects come from calls it makes through `invoke`.
 */
export type Effect = 'none' | 'idempotent' | 'keyed' | 'unsafe' | 'composite'

const covers = (a: string, b: string): boolean => {
  const outer = a.replace(/\/+$/, '')
  return outer === '' || outer === '.' || a === b || b.startsWith(`${outer}/`)
}

/** Whether two accesses must not happen at the same time. */
export function conflicts(a: Access, b: Access): boolean {
  const either = (...kinds: readonly AccessKind[]): boolean => kinds.includes(a.kind) || kinds.includes(b.kind)
  if (either('other')) return true
  // What is elsewhere gets in nobody's way.
  if (either('net', 'agent')) return false
  return !('path' in a && 'path' in b) || (either('write') && (covers(a.path, b.path) || covers(b.path, a.path)))
}

/** Whether two calls must not run at the same time. A call that touches nothing conflicts with nothing. */
export const conflictsAny = (a: readonly Access[], b: readonly Access[]): boolean =>
  a.some((one) => b.some((other) => conflicts(one, other)))

/** An access as words for a person, e.g. `write src/a.ts`. */
export function describeAccess(access: Access): string {
  switch (access.kind) {
    case 'read':
    case 'write':
      return `${access.kind} ${access.path}`
    case 'exec':
      return `run ${access.command}`
    case 'net':
      return `reach ${access.host}`
    case 'agent':
      return `start agent ${access.agent}`
    case 'other':
      return 'something undeclared'
  }
}
