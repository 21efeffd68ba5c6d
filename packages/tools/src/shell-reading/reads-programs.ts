/** Programs that only read, with what they must not be told. */
import { anything, certain, exactly, options, type Reader, subcommands, without } from './reader.ts'
import { readsGit } from './reads-git.ts'
import { readsAwk, readsFind, readsSed, readsTest } from './reads-text.ts'

const all = (names: string, reader: Reader): Readonly<Record<string, Reader>> =>
  Object.fromEntries(names.split(/\s+/).map((name) => [name, reader]))

const WHATEVER = `: arch b2sum base32 basename break cal cat cd cksum cmp column comm continue cut df dirname dirs du echo egrep env exit
  expand expr eza exa factor false fgrep fmt fold free getopts grep groups head hexdump id jobs join locale ls lsblk lscpu md5 md5sum
  nl nproc numfmt od paste pgrep popd printenv printf ps pushd pwd read readlink realpath return rev seq sha1sum sha224sum sha256sum
  sha384sum sha512sum shasum shift sleep stat strings sum sw_vers tac tail times tr true tsort tty type uname unexpand unset uptime
  w wait wc whereis which who whoami zipinfo`

/** Names are judged where they are set. */
const NAMES = 'declare export local readonly typeset'

const VERSIONS = `node npm npx python python3 pip pip3 ruby gem java javac gcc g++ clang cc make cmake docker bash curl wget jq rg tar sed
  grep gawk sqlite3 psql redis-cli nginx openssl git php perl tsc`

/** A bare operand would set the clock. */
const date: Reader = ([, ...words]) => {
  const values = certain(words)
  if (values === undefined) return false
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? ''
    if (/^-[dr]$/.test(value)) at++
    else if (!value.startsWith('+') && !DATE.test(value)) return false
  }
  return true
}
const DATE = /^(?:-u|-R|-I\w*|--utc|--rfc-email|--iso-8601(?:=\w+)?|--rfc-3339=\w+|--date=.*|--reference=.*)$/

/** Archives that name another machine are fetched with a program for that. */
const tar: Reader = ([, ...words]) => {
  const values = certain(words)
  const [mode = '', ...rest] = values ?? []
  return /^-?(?:t[vzjJ]*f|t[vzjJ]*)$|^--list$/.test(mode) && rest.every((value) => !value.startsWith('-') && !value.includes(':'))
}

const man: Reader = ([, ...words]) => {
  const values = certain(words)
  return values !== undefined && values.every((value) => /^[A-Za-z0-9_][\w.+-]*$/.test(value))
}

const shopt = options(/^-[suqp]$/)
const SHOPT = new Set([
  'globstar',
  'nullglob',
  'dotglob',
  'nocaseglob',
  'failglob',
  'inherit_errexit',
  'nocasematch',
  '-s',
  '-u',
  '-q',
  '-p',
])

const SET = /^(?:[-+][eufx]*|[-+][euf]*o|--|pipefail|errexit|nounset|noglob)$/

/** With `--` it sets the arguments of a script, whatever they are. */
const set: Reader = ([, ...words]) =>
  words[0]?.value === '--' || (words.length > 0 && words.every(({ value }) => value !== undefined && SET.test(value)))

const GH = without({ short: 'w', long: ['web'] })
const gh = (...names: readonly string[]): Reader => subcommands(Object.fromEntries(names.map((name) => [name, GH])))

const NPM_OPTIONS = options(
  /^(?:--(?:depth(?:=\d+)?|json|all|long|parseable|global|prod|production|omit=\w+|include=\w+|workspaces)|-[glap]+)$/,
)
/** What is no plain name would be fetched from wherever it says. */
const NPM: Reader = (words) =>
  NPM_OPTIONS(words) &&
  words.slice(1).every(({ prefix, value }) => prefix.startsWith('-') || /^(?:@[\w-][\w.-]*\/)?\w[\w.-]*(?:@[\w.^~-]+)?$/.test(value ?? ''))
const PIP = options(/^--(?:format=\w+|outdated|user|local)$/)
const DOCKER = without({})

export const PROGRAMS: Readonly<Record<string, Reader>> = {
  ...all(VERSIONS, exactly('--version')),
  ...all(WHATEVER, anything),
  ...all(NAMES, anything),
  '[': readsTest,
  awk: readsAwk,
  base64: without({ short: 'o', long: ['output'] }),
  command: ([, first]) => /^-[vV]$/.test(first?.value ?? ''),
  date,
  diff: without({ short: 'l', long: ['paginate'] }),
  docker: (words) =>
    exactly('--version', '-v', 'version', 'info')(words) ||
    subcommands({
      ...all('ps images logs inspect port top diff history', DOCKER),
      container: subcommands(all('ls list logs inspect', DOCKER)),
      image: subcommands(all('ls list inspect history', DOCKER)),
    })(words),
  fd: without({ short: 'xX', long: ['exec', 'exec-batch'] }),
  fdfind: without({ short: 'xX', long: ['exec', 'exec-batch'] }),
  // `-p` sets the times of what it looked at.
  file: without({ short: 'Cp', long: ['compile', 'preserve-date'] }),
  find: readsFind,
  gawk: (words) => readsAwk(words) || exactly('--version')(words),
  gh: (words) =>
    exactly('--version', 'auth status')(words) ||
    subcommands({
      pr: gh('list', 'view', 'status', 'diff', 'checks'),
      issue: gh('list', 'view', 'status'),
      release: gh('list', 'view'),
      repo: gh('list', 'view'),
    })(words),
  git: readsGit,
  gsed: readsSed,
  hostname: exactly('', '-s', '-f', '-i', '-I', '-d', '-A'),
  iconv: without({ short: 'o', long: ['output'] }),
  java: exactly('-version', '--version'),
  // Some that stand in for it write in place.
  jq: (words) => !words.some(({ prefix }) => /^(?:-[a-zA-Z]*i|--in-p)/.test(prefix)),
  less: options(/^-[RNSFXnigse]+$/),
  lsof: without({ short: 'D' }),
  man,
  mawk: readsAwk,
  node: exactly('--version', '-v'),
  npm: (words) =>
    exactly('--version', '-v')(words) ||
    subcommands({
      ...all('ls list view info show outdated root prefix why explain', NPM),
      config: subcommands({ get: options(/^$/, 1), list: options(/^--json$/, 0) }),
    })(words),
  pip: (words) => exactly('--version')(words) || subcommands(all('list show freeze', PIP))(words),
  pip3: (words) => exactly('--version')(words) || subcommands(all('list show freeze', PIP))(words),
  python: exactly('--version', '-V'),
  python3: exactly('--version', '-V'),
  rg: without({ short: 'z', long: ['pre', 'hostname-bin', 'search-zip'] }),
  sed: readsSed,
  set,
  shopt: (words) => shopt(words) && words.slice(1).every(({ value }) => SHOPT.has(value ?? '')),
  shuf: without({ short: 'o', long: ['output'] }),
  sort: without({ short: 'oT', long: ['output', 'compress-program', 'temporary-directory'] }),
  tar,
  test: readsTest,
  trap: exactly('', '-p', '-l'),
  tree: without({ short: 'oR', long: ['output'] }),
  uniq: without({ most: 1, values: 'fsw', stops: true }),
  unzip: ([, first, ...rest]) =>
    /^-l[vq]*$|^-Z1?$/.test(first?.value ?? '') && rest.every(({ prefix, value }) => value !== undefined && !prefix.startsWith('-')),
  xxd: without({ short: 'r', most: 1, values: 'lscgo', stops: true }),
}
