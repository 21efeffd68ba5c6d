/** Which variables may be given which values without changing what other commands do. */

/** Read by programs, or by the shell when it splits expansions, and harmless whatever they hold. */
const HARMLESS =
  /^(?:LANG|LANGUAGE|LC_[A-Z]+|TZ|NO_COLOR|FORCE_COLOR|CLICOLOR|CLICOLOR_FORCE|COLUMNS|LINES|CI|NODE_ENV|DEBUG|RUST_BACKTRACE|PYTHONUNBUFFERED|PYTHONDONTWRITEBYTECODE|GIT_OPTIONAL_LOCKS|GIT_TERMINAL_PROMPT|IFS)$/

/** Programs that show text: only none, or the one that shows it as it is. */
const PAGERS = /^(?:PAGER|GIT_PAGER|MANPAGER|GH_PAGER|SYSTEMD_PAGER)$/

/** Small letters are a script's own, but for the names that programs read all the same. */
const OWN = /^(?!.*_proxy$|npm_|pnpm_|cargo_|histchars$|auto_resume$)[a-z_][a-z0-9_]*$/

/** For a command's environment: why it may do something else because of it; undefined when it may not. */
export function environmentRisk(name: string, value: string | undefined): string | undefined {
  if (PAGERS.test(name) && (value === 'cat' || value === '')) return undefined
  // A locale and a zone are read from files, whose path may be given instead.
  if (/^L(?:ANG|C_)/.test(name) && (value === undefined || value.includes('/'))) return risk(name)
  if (name === 'TZ' && (value === undefined || /^[:/]|\.\./.test(value))) return risk(name)
  return HARMLESS.test(name) ? undefined : risk(name)
}

/** For the shell itself, where a variable that is already exported changes for every later command too. */
export const assignmentRisk = (name: string, value: string | undefined): string | undefined =>
  OWN.test(name) ? undefined : environmentRisk(name, value)

const risk = (name: string): string => `it sets ${name}, which may change what programs do`
