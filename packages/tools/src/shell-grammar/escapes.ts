/** Programs for something else that can be told to run any command: told so, nobody can say what they do. */
import { readSedScript, sedScripts } from './sed-script.ts'
import type { ShellWord } from './shell-word.ts'

/** Options by letter and by long name, the latter also shortened, that name a program or code. */
type Options = { readonly short?: string; readonly long?: readonly string[] }

const OPTIONS: Readonly<Record<string, Options>> = {
  ag: { long: ['pager'] },
  ack: { long: ['pager'] },
  bat: { long: ['pager'] },
  bsdtar: { long: ['use-compress-program'] },
  cargo: { long: ['config'] },
  curl: { short: 'K', long: ['config'] },
  delta: { long: ['pager'] },
  fd: { short: 'xX', long: ['exec', 'exec-batch'] },
  fdfind: { short: 'xX', long: ['exec', 'exec-batch'] },
  fzf: { long: ['bind', 'preview', 'with-shell'] },
  gcc: { short: 'B', long: ['wrapper'] },
  go: { long: ['toolexec', 'exec'] },
  less: { short: 'kK', long: ['lesskey-file', 'lesskey-src', 'lesskey-content'] },
  man: { short: 'PHC', long: ['pager', 'html', 'config-file', 'gxditview', 'preprocessor'] },
  nmap: { long: ['script'] },
  rg: { long: ['pre', 'hostname-bin'] },
  scp: { short: 'SoF' },
  sftp: { short: 'SoFD' },
  sort: { long: ['compress-program'] },
  split: { long: ['filter'] },
  tar: {
    short: 'IF',
    long: ['checkpoint-action', 'to-command', 'use-compress-program', 'rsh-command', 'rmt-command', 'info-script', 'new-volume-script'],
  },
  tcpdump: { short: 'z' },
  wget: { short: 'e', long: ['execute', 'use-askpass', 'config'] },
  zip: { long: ['unzip-command', 'TT'] },
}

/** Settings of git that name no program. */
const GIT_SETTINGS =
  /^(?:color\.\w+|core\.(?:quotepath|abbrev|precomposeunicode)|log\.\w+|advice\.\w+|user\.(?:name|email)|diff\.(?:renames|algorithm|noprefix|mnemonicprefix|context|renamelimit)|grep\.(?:linenumber|column|patterntype|fullname)|status\.\w+|column\.\w+|commit\.gpgsign|init\.defaultbranch|pager\.\w+|core\.(?:pager|fsmonitor))(?:=|$)/i
const GIT_WITH_PROGRAM = /^(?:pager\.\w+|core\.(?:pager|fsmonitor))=(?!(?:cat|false)?$)/i
const GIT_RUNS: Readonly<Record<string, RegExp>> = {
  archive: /^--(?:e|remote)/,
  bisect: /^run$/,
  clone: /^(?:-u|--u|-c|--config|--te|ext::)/,
  difftool: /^(?:-x|--ext|-t|--tool)/,
  fetch: /^(?:--upl|ext::)/,
  'fetch-pack': /^--(?:upl|exec)/,
  'filter-branch': /^/,
  grep: /^(?:-[^-]*O|--open)/,
  'ls-remote': /^(?:--upl|--exec|ext::)/,
  mergetool: /^(?:-t|--tool)/,
  pull: /^(?:--upl|ext::)/,
  push: /^(?:--rec|--exec|ext::)/,
  rebase: /^(?:-[^-]*x|--exec)/,
  remote: /^ext::/,
  'send-email': /^/,
  'send-pack': /^--(?:rec|exec)/,
  submodule: /^(?:foreach|ext::)/,
  config:
    /^(?:alias|core|diff|filter|merge|pager|gpg|credential|sequence|include\w*|difftool|mergetool|browser|man|uploadpack|receive|interactive|http|protocol|remote|url|ssh|trailer|sendemail|submodule|web|init|hook)\./i,
  'for-each-repo': /^/,
}

export function escapeOf(words: readonly ShellWord[]): string | undefined {
  const name = words[0]?.value ?? ''
  if (name === 'git') return gitEscape(words)
  if (name === 'sed' || name === 'gsed') return sedEscape(words)
  if (/^[gmn]?awk$/.test(name)) return awkEscape(words)
  if (
    name === 'sqlite3' &&
    words.some(({ prefix }) => /\.(?:sh|sys|ou|onc|im|loa|ex|ba|dum|rea)|readfile|writefile|load_ext|edit\(|\|/i.test(prefix))
  ) {
    return 'sqlite3 is told to run a command or to use another file'
  }
  if (/^(?:psql|mysql|mariadb)$/.test(name) && words.some(({ prefix }) => /\\!|\\o|\\g|\bsystem\b|\bprogram\b/i.test(prefix))) {
    return `${name} is told to run a command`
  }
  const options = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined
  const found =
    options === undefined ? undefined : words.slice(1).find((word, index) => tells(word, options, name === 'tar' && index === 0))
  const key = name === 'less' ? words.find(({ prefix }) => prefix.startsWith('+')) : undefined
  const told = found ?? key
  return told === undefined ? undefined : `${name} is told to run something by ${told.text}`
}

/** What may turn out to be any option. */
const isOpen = ({ value, prefix }: ShellWord): boolean => value === undefined && (prefix === '' || prefix === '-' || prefix === '--')

function tells(word: ShellWord, { short = '', long = [] }: Options, bundled: boolean): boolean {
  if (isOpen(word)) return true
  const { prefix } = word
  const letters = bundled && /^\w/.test(prefix) ? prefix : /^-[^-]/.test(prefix) ? prefix.slice(1) : ''
  if ([...letters].some((letter) => short.includes(letter))) return true
  // Some programs take long names behind one dash, and most take them shortened.
  const given = /^-+([a-zA-Z][\w-]*)/.exec(prefix)?.[1] ?? ''
  const two = prefix.startsWith('--')
  return long.some((option) => (two ? given.length > 1 && option.startsWith(given) : given === option))
}

function gitEscape(words: readonly ShellWord[]): string | undefined {
  let at = 1
  for (; at < words.length; at++) {
    const value = words[at]?.value
    if (value === undefined) return 'whether git is told to run something is only known when it runs'
    if (!value.startsWith('-')) break
    if (value === '-c') {
      const setting = words[++at]?.value ?? ''
      if (!GIT_SETTINGS.test(setting) || GIT_WITH_PROGRAM.test(setting)) return 'git is given a setting that may name a program'
    } else if (/^-c.|^--config-env|^--exec-path=/.test(value)) return 'git is given a setting that may name a program'
    else if (/^(?:-C|--git-dir|--work-tree|--namespace|--super-prefix|--attr-source)$/.test(value)) at++
  }
  const pattern = GIT_RUNS[words[at]?.value ?? '']
  const told = pattern === undefined ? undefined : words.slice(at + 1).find((word) => isOpen(word) || pattern.test(word.prefix))
  return told === undefined ? undefined : `git ${words[at]?.text ?? ''} is told to run something by ${told.text}`
}

function sedEscape(words: readonly ShellWord[]): string | undefined {
  const scripts = sedScripts(words)
  if (scripts === undefined) return 'the script of sed is only known when it runs'
  // Without an `e` nothing in it runs a command.
  const runs = scripts.some((script) => readSedScript(script)?.runs ?? script.includes('e'))
  return runs ? 'the script of sed may run a command' : undefined
}

function awkEscape(words: readonly ShellWord[]): string | undefined {
  for (const { value, prefix } of words.slice(1)) {
    if (/^-(?:[fEile]|-(?:file|exec|load|include|source))/.test(prefix)) return 'the program of awk is in a file'
    if (value === undefined && (prefix === '' || prefix === '-')) return 'the program of awk is only known when it runs'
    if (/system|getline|@|\|/.test(prefix.replaceAll('||', ''))) return 'the program of awk may run a command'
  }
  return undefined
}
