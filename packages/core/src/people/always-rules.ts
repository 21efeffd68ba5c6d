/** What "always in this session" means for a request: the rules that would let calls like it pass, in words to show before it is chosen. */
import type { Access } from '../model/access.ts'
import type { Rule } from '../model/permission-policy.ts'
import type { WaitingFor } from '../model/waiting.ts'

export type AlwaysRules = {
  /** Give them with the answer: `{ decision: 'approve', always: rules }`. */
  readonly rules: readonly Rule[]
  /** What they allow, for a person to read. */
  readonly words: string
}

/** A path outside of the workspace is absolute. */
const isInside = (access: Access): boolean => access.kind === 'write' && !/^(?:\/|\.\.(?:\/|$))/.test(access.path)

/**
 * Commands word by word, hosts, files outside of the workspace, edits in it, or the tool where it declares nothing. Undefined where no
 * such rule would be safe: a command that cannot be taken apart, or a name that would work as a pattern.
 */
export function alwaysRules({ toolName, accesses, kind }: Pick<WaitingFor, 'toolName' | 'accesses' | 'kind'>): AlwaysRules | undefined {
  const runs = accesses.some((access) => access.kind === 'exec')
  const parts = accesses.map((access) => partOf(toolName, access, runs))
  if (kind !== 'confirmation' || parts.includes(undefined)) return undefined
  const known = parts.flatMap((part) => part ?? [])
  if (known.length === 0) return undefined
  return { rules: known.map(({ allow }) => ({ allow })), words: [...new Set(known.flatMap(({ words }) => words ?? []))].join(', ') }
}

type Part = { readonly allow: Extract<Rule, { allow: unknown }>['allow']; readonly words?: string }

/** Undefined where it cannot be said safely. */
function partOf(tool: string, access: Access, runs: boolean): readonly Part[] | undefined {
  // A command that is allowed may touch what its words name, or perhaps name.
  if ('path' in access && (access.by !== undefined || 'perhaps' in access)) return []
  switch (access.kind) {
    case 'write': {
      const everywhere = isInside(access) && !runs
      if (!everywhere && isPattern(access.path)) return undefined
      const path = everywhere ? '**' : access.path
      return [{ allow: { access: 'write', path }, words: everywhere ? 'edits in this workspace' : `writing ${path}` }]
    }
    case 'exec': {
      const { commands = [] } = access
      // A rule that ends in a star would allow more than this.
      if (commands.length === 0 || commands.some((command) => command.endsWith(' *'))) return undefined
      return commands.map((command) => ({ allow: { access: 'exec', command }, words: `'${command}'` }))
    }
    case 'net':
      return access.host.includes('*') ? undefined : [{ allow: { access: 'net', host: access.host }, words: access.host }]
    case 'read':
      return isPattern(access.path) ? undefined : [{ allow: { access: 'read', path: access.path }, words: `reading ${access.path}` }]
    default:
      return [{ allow: { tool }, words: `the tool ${tool}` }]
  }
}

/** A path that climbs out of the workspace is known by no rule either. */
const isPattern = (path: string): boolean => /[*?{]|^\.\.(?:\/|$)/.test(path)
