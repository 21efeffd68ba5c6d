/** Programs that run a command in a way of their own: in a shell, as somebody else, elsewhere, or many times. */
import { type After, staying } from './findings.ts'
import { find } from './find.ts'
import { itself } from './itself.ts'
import { namedBy } from './program-words.ts'
import type { Launch, Run } from './running.ts'
import { shell } from './run-shell.ts'
import { ANY_WORDS, certainWord, commandText, type ShellWord, withMark } from './shell-word.ts'
import { environmentRisk } from './variables.ts'
import { afterOptions, unwrap, type Wrapper } from './wrappers.ts'

/** Not sure what it runs: it is judged as itself, and as undecided. */
export function unsure(why: string): Launch {
  return (words, run) => {
    itself(words, run)
    run.walker.undecided(why.replace('%', words[0]?.text ?? ''))
    return staying(run.directories)
  }
}

const RUNS_ANOTHER = unsure('% runs another command or code in a way that is not taken apart')

/** As somebody else, who may do more: to be allowed, both the change and the command must be. */
const elevated =
  (wrapper: Wrapper): Launch =>
  (words, run) => {
    const inner = unwrap(words, wrapper)
    itself(words, run)
    if (typeof inner === 'string') run.walker.undecided(inner)
    else if (inner.length > 0) {
      if (/^[A-Za-z_]\w*\+?=/.test(inner[0]?.prefix ?? '')) run.walker.undecided('it sets a variable for a command with more rights')
      else run.walker.run(inner, { ...run, directories: undefined })
    }
    return staying(run.directories)
  }

const env: Launch = (words, run) => {
  const start = afterOptions(words, { flags: 'i0', long: ['ignore-environment', 'null'] })
  if (typeof start === 'string') run.walker.undecided(start)
  else {
    let at = start
    for (; at < words.length; at++) {
      const word = words[at]
      const name = /^([A-Za-z_]\w*)=/.exec(word?.prefix ?? '')?.[1]
      if (word === undefined || name === undefined) break
      const why = word.splits
        ? 'which variables it sets is only known when it runs'
        : environmentRisk(name, word.value?.slice(name.length + 1))
      if (why !== undefined) run.walker.undecided(why)
    }
    if (at < words.length) return run.walker.run(words.slice(at), run)
    itself(words, run)
  }
  return staying(run.directories)
}

/** `watch` gives its words to a shell as one line. */
const watch: Launch = (words, run) => {
  const start = afterOptions(words, {
    flags: 'bcdegtwx',
    values: 'n',
    long: ['exec', 'no-title', 'color', 'differences', 'errexit', 'chgexit'],
    longValues: ['interval'],
  })
  return typeof start === 'string' ? unsure(start)(words, run) : asLine(words.slice(start), run)
}

function asLine(words: readonly ShellWord[], run: Run): After {
  if (words.every(({ value }) => value !== undefined)) run.walker.code(words.map(({ value }) => value).join(' '), run.directories, true)
  else run.walker.undecided('the command that it runs is only known when it runs')
  return staying(run.directories)
}

/** What it runs elsewhere is judged as if it ran here; to reach the other machine has to be allowed as well. */
const ssh: Launch = (words, run) => {
  itself(words, run)
  const start = afterOptions(words, { flags: '46AaCfGKkMNnqsTtVvXxYy', values: 'bcDeIiJLlmpRSWw', operands: 1 })
  if (typeof start === 'string') run.walker.undecided(start)
  else if (start + 1 < words.length) asLine(words.slice(start + 1), { ...run, directories: undefined })
  return staying(run.directories)
}

const XARGS: Wrapper = {
  flags: '0prtxo',
  values: 'adEILnPs',
  // The number of `--max-lines` is attached, or there is none.
  long: ['null', 'no-run-if-empty', 'verbose', 'exit', 'interactive', 'open-tty', 'max-lines'],
  longValues: ['arg-file', 'delimiter', 'max-args', 'max-procs', 'max-chars'],
}

/** The command gets words that nobody knows yet, at its end or wherever the mark of `-I` is. */
const xargs: Launch = (words, run) => {
  const start = afterOptions(words, XARGS)
  if (typeof start === 'string') {
    run.walker.undecided(start)
    return staying(run.directories)
  }
  const from = namedBy(words.slice(0, start), { reads: 'a arg-file' })
  for (const { kind, word } of from) run.walker.findings.touched.push({ kind, path: word, from: run.directories, by: commandText(words) })
  const command = words.slice(start)
  const mark = markOf(words.slice(1, start))
  if (mark === '') run.walker.undecided('where xargs puts its words is not known')
  if (command.length === 0) run.walker.run([certainWord('echo'), ANY_WORDS], run)
  else if (mark === undefined) run.walker.run([...command, ANY_WORDS], run)
  else
    run.walker.run(
      command.map((word) => withMark(word, mark)),
      run,
    )
  return staying(run.directories)
}

/** `''` when there is one that cannot be told. */
function markOf(options: readonly ShellWord[]): string | undefined {
  const at = options.findIndex(({ prefix }) => /^-[^-]*I/.test(prefix))
  if (at < 0) return undefined
  const attached = options[at]?.value?.replace(/^-[^I]*I/, '')
  return (attached === '' ? options[at + 1]?.value : attached) ?? ''
}

const SUDO: Wrapper = {
  flags: 'AbEHknPSV',
  values: 'CgpTu',
  long: ['background', 'non-interactive', 'preserve-env', 'set-home', 'stdin'],
  longValues: ['user', 'group', 'prompt'],
}

const OPAQUE = `ansible ansible-playbook ash-exec at batch bwrap capsh catchsegv cgexec chroot chrt crontab dbus-run-session direnv ed emacs
  emacsclient entr ex expect fakeroot faketime firejail flock gdb gdbserver iex in-network kakoune lldb ltrace machinectl make-shell mc
  nano nc ncat netcat nsenter numactl nvim parallel perf pico pkexec prlimit proot rlwrap rsh runcon runuser rview rvim screen script
  scriptreplay setarch setpriv socat start-stop-daemon strace su systemd-run taskset telnet tmux unbuffer unshare valgrind vi view vim
  vimdiff xdg-open xvfb-run csh tcsh fish ksh mksh zsh pwsh nu elvish xonsh rbash toybox`

export const LAUNCHERS: Readonly<Record<string, Launch>> = {
  ...Object.fromEntries(OPAQUE.split(/\s+/).map((name) => [name, RUNS_ANOTHER])),
  ...Object.fromEntries(['sh', 'bash', 'dash', 'ash'].map((name) => [name, shell])),
  busybox: (words, run) => {
    itself(words, run)
    return words.length > 1 ? run.walker.run(words.slice(1), run) : staying(run.directories)
  },
  doas: elevated({ flags: 'Lns', values: 'Cu' }),
  env,
  find,
  gfind: find,
  ssh,
  sudo: elevated(SUDO),
  watch,
  xargs,
  gxargs: xargs,
}
