/** Counts how deep hooks are in hooks, so that a hook that runs an agent with the same hooks comes to an end. */
import { AgentError } from '@seamfold/core/kit'

/** The environment variable that tells a command how deep it is. */
export const DEPTH_VARIABLE = 'SEAMFOLD_HOOK_DEPTH'

/** The header that tells a web service. */
export const DEPTH_HEADER = 'seamfold-hook-depth'

export type DepthOptions = {
  /** How deep this agent is in hooks itself. Default: what the environment variable `SEAMFOLD_HOOK_DEPTH` says, else 0. */
  readonly depth?: number
  /** An agent that is this deep asks no hook: what they gate is blocked. Default: 3. */
  readonly maxDepth?: number
}

const DEFAULT_MAX_DEPTH = 3

/** What a variable or a header says. Nothing is 0; what is no whole number is too deep for anybody. */
export function readHookDepth(text: string | null | undefined): number {
  if (text === undefined || text === null || text === '') return 0
  return /^\d{1,6}$/.test(text) ? Number(text) : Infinity
}

/** How deep the hook is that is asked next. Throws `contract_violation` at the limit. */
export function nextDepth({ depth = readHookDepth(process.env[DEPTH_VARIABLE]), maxDepth = DEFAULT_MAX_DEPTH }: DepthOptions): number {
  if (depth < maxDepth) return depth + 1
  throw new AgentError(
    'contract_violation',
    `this agent is itself run by a hook, ${depth} deep, and hooks may be ${maxDepth} deep: let the agent that the hook runs have no hooks, or raise maxDepth`,
    { details: { depth, maxDepth } },
  )
}
