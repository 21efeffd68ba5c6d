/** Tells whether a command line is one simple command, where that is certain without knowing the shell's grammar. */

/** Nothing that quotes, expands, redirects, separates, groups, comments or negates. */
const PLAIN = /^[A-Za-z0-9_./:@%+,^=?*~-]+(?: +[A-Za-z0-9_./:@%+,^=?*~-]+)*$/
/** The first word must be a program: no assignment, no pattern, no option. */
const PROGRAM = /^[A-Za-z0-9_./][A-Za-z0-9_./+-]*$/
/** Words that run another command, read one, or belong to the grammar. */
const RUNS_OTHERS = new Set(
  `. ! alias bash builtin case chroot command coproc csh dash do doas done elif else env esac eval exec fi find for function if in
  ionice ksh nice nohup nsenter parallel script select setsid sh source ssh stdbuf strace su sudo then time timeout trap unshare
  until watch while xargs zsh`.split(/\s+/),
)

/** `[command]` when it is certain, else `undefined`. */
export function simpleCommands(command: string): readonly string[] | undefined {
  const text = command.trim()
  if (!PLAIN.test(text)) return undefined
  const [program = ''] = text.split(' ', 1)
  if (!PROGRAM.test(program) || RUNS_OTHERS.has(program.slice(program.lastIndexOf('/') + 1))) return undefined
  return [text]
}
