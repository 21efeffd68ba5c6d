/** Reads the short form of a permission rule, such as `allow exec(git status)`. */
import type { AccessKind, Rule, RuleMatch } from '@seamfold/core'

const FORM = /^\s*(allow|ask|deny)\s+(tool|read|write|exec|net|agent|other)\s*(?:\(\s*(.*?)\s*\))?\s*$/

/** The forms, for an error. */
export const RULE_FORMS = 'allow|ask|deny followed by tool(name), read(glob), write(glob), exec(command), net(host), agent or other'

/** A rule, or undefined when the text is none. */
export function ruleFromText(text: string): Rule | undefined {
  const found = FORM.exec(text)
  if (found === null) return undefined
  const [, verb = '', kind = '', argument] = found
  const match = matchOf(kind, argument)
  if (match === undefined) return undefined
  return verb === 'allow' ? { allow: match } : verb === 'ask' ? { ask: match } : { deny: match }
}

function matchOf(kind: string, argument: string | undefined): RuleMatch | undefined {
  const given = argument === undefined || argument === '' ? undefined : argument
  if (kind === 'tool') return given === undefined ? undefined : { tool: given }
  const access = kind as AccessKind
  if (given === undefined) return { access }
  if (access === 'read' || access === 'write') return { access, path: given }
  if (access === 'exec') return { access, command: given }
  return access === 'net' ? { access, host: given } : undefined
}
