/** Ways of the shell, and of languages within words, by which a line may do more than its first look says. */
import { readFileSync } from 'node:fs'
import type { Chance } from './chance.ts'

/** Makes a line of one or two others. */
export type Trick = (by: Chance, a: string, b: string) => string

const single = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** Words by what they are; `ENVIRONMENT` are variables that programs obey, with values that write or start something. */
const { HARM, STREAMS, OPERATORS, TARGETS, ENVIRONMENT, SIGNALS, NUMBERS, SPACES, SED, AWK, FIND } = JSON.parse(
  readFileSync(new URL('tricks.json', import.meta.url), 'utf8'),
) as Readonly<
  Record<
    'HARM' | 'STREAMS' | 'OPERATORS' | 'TARGETS' | 'ENVIRONMENT' | 'SIGNALS' | 'NUMBERS' | 'SPACES' | 'SED' | 'AWK' | 'FIND',
    readonly string[]
  >
>

/** A redirection by number, by variable, or to what is open. */
export const redirection = (by: Chance): string => by.of(STREAMS) + by.of(OPERATORS) + by.of(['', ' ']) + by.of(TARGETS)

const SETTING: readonly ((name: string, value: string, line: string) => string)[] = [
  (name, value, line) => `${name}=${single(value)} ${line}`,
  (name, value, line) => `${name}+=${single(value)} ${line}`,
  (name, value, line) => `${name}=${single(value)}; ${line}`,
  (name, value, line) => `export ${name}=${single(value)}; ${line}`,
  (name, value, line) => `declare -x ${name}=${single(value)}; ${line}`,
  (name, value, line) => `declare -gx '${name}'=${single(value)}; ${line}`,
  (name, value, line) => `set -a; ${name}=${single(value)}; ${line}`,
  (name, value, line) => `env ${name}=${single(value)} ${line}`,
  (name, value, line) => `env -- '${name}'=${single(value)} ${line}`,
  (name, value, line) => `read ${name} <<< ${single(value)}; ${line}`,
  (name, value, line) => `read -r x ${name} <<< ${single(`1 ${value}`)}; ${line}`,
  (name, value, line) => `printf -v ${name} %s ${single(value)}; ${line}`,
  (name, value, line) => `for ${name} in ${single(value)}; do ${line}\ndone`,
  (name, value, line) => `: "\${${name}:=${value}}"; ${line}`,
  (name, value, line) => `mapfile -t ${name} <<< ${single(value)}; ${line}`,
  (name, value, line) => `getopts a: ${name} ${single(`-a${value}`)}; ${line}`,
  (name, value, line) => `select ${name} in ${single(value)}; do ${line}\nbreak; done <<< 1`,
  (name, value, line) => `declare -n r=${name}; r=${single(value)}; ${line}`,
  (name, value, line) => `local ${name}=${single(value)}; ${line}`,
  (name, value, line) => `x=${single(value)}; ${name}=$x ${line}`,
]

const set: Trick = (by, a) => {
  const [, name = '', value = ''] = /^([^=]*)=([^]*)$/.exec(by.of(ENVIRONMENT)) ?? []
  return by.of(SETTING)(name, value, a)
}

/** One space of a line written otherwise. */
function spaced(by: Chance, line: string): string {
  const places = [...line.matchAll(/ /g)].map(({ index }) => index)
  if (places.length === 0) return line + by.of(SPACES)
  const at = by.of(places)
  return line.slice(0, at) + by.of(SPACES) + line.slice(at + 1)
}

/** One letter of a line that is quoted, or stands in another form. */
function quotedWithin(by: Chance, line: string): string {
  const at = by.below(Math.max(1, line.length))
  const letter = line[at] ?? ''
  const hex = letter.charCodeAt(0).toString(16)
  const other = by.of([
    `\\${letter}`,
    `'${letter}'`,
    `"${letter}"`,
    `$'${letter}'`,
    `$'\\x${hex}'`,
    `''${letter}`,
    `\\\n${letter}`,
    `[${letter}]`,
    `{${letter},}`,
    `?`,
    `$@${letter}`,
    `\`\`${letter}`,
  ])
  return line.slice(0, at) + other + line.slice(at + 1)
}

/** An option whose value is attached, apart, or that is cut short. */
function optioned(by: Chance, line: string): string {
  const words = line.split(' ')
  const options = words.flatMap((word, index) => (word.startsWith('-') && word.length > 1 ? index : []))
  if (options.length === 0)
    return `${line} ${by.of(['-opwned', '--output=pwned', '--out pwned', '-Csrc', '-C/tmp/world/work', '--o=pwned', '-no', '-nopwned'])}`
  const at = by.of(options)
  const word = words[at] ?? ''
  const next = words[at + 1] ?? ''
  const [name = '', value = ''] = word.split('=', 2)
  const cut = name.slice(0, 3 + by.below(Math.max(1, name.length - 3)))
  const forms: readonly (readonly string[])[] = [
    [word + next],
    [`${word}=${next}`],
    [`${cut}=${value}`, next],
    [cut, value, next],
    [cut, next],
    [`-n${word.slice(1)}`, next],
    [`${word.slice(0, 2)}${word.slice(1)}`, next],
    [`{${word},${next}}`],
    [`${word.slice(0, 1)}{${word.slice(1)},n}`, next],
    ['--', word, next],
    [word, '--', next],
    [next, word],
    [`+${word.slice(1)}`, next],
  ]
  words.splice(at, 2, ...by.of(forms))
  return words.join(' ')
}

const program = (by: Chance, pieces: readonly string[]): string =>
  Array.from({ length: 1 + by.below(6) }, () => by.of(pieces)).join(by.of(['', ' ', ';', '\n', ' ']))

/** A language within words. */
export function language(by: Chance): string {
  switch (by.below(5)) {
    case 0:
      return `sed ${by.of(['', '-n ', '-E ', '-e ', '-ne ', '-z ', '-s ', '--expression=', '-i ', '-n -e p -e ', '-u ', '--posix '])}${single(program(by, SED))} ${by.of(['a.txt', '-n a.txt', 'a.txt b.txt', '< a.txt', "-e 'w pwned' a.txt", '-f script.sed a.txt'])}`
    case 1:
      return `${by.of(['awk', 'mawk'])} ${by.of(['', '-F: ', '-v x=1 ', '-v x=a.txt ', "-F '|' ", '-f script.awk ', '-W exec=script.awk ', '-We ', '-- '])}${single(program(by, AWK))} ${by.of(['a.txt', 'b.txt list.txt', 'x=1 a.txt', '< a.txt', '-f script.awk'])}`
    case 2:
      return `find ${Array.from({ length: 1 + by.below(8) }, () => by.of(FIND)).join(' ')}`
    case 3:
      return `tar ${by.of(['tf', '-tf', 'tvf', 'xf', '-t -f', 'tzf', '--list --file', '-tIevil -f', 't --to-command=evil -f', 'tf -', '--test-label -f', 'tOf', 'tf host:x -f'])} ${by.of(['arch.tar', 'arch.tgz', 'evil:arch.tar', '--force-local arch.tar', '-C src arch.tar'])} ${by.of(['', 'a.txt', '-x', '--get', '--checkpoint=1 --checkpoint-action=exec=./evil', '-F ./evil', '--index-file=pwned', '-g pwned', '--rsh-command=./evil', '-I ./evil', '-v --index=pwned'])}`
    default:
      return `${by.of(['tee', 'column -o', 'xxd', 'xxd -p', 'xxd -l 4', 'xxd -r', 'uniq', 'uniq -c', 'uniq -f 1', 'sort -u', 'sort -k1', 'comm', 'paste', 'split', 'csplit', 'shuf', 'cut -f1', 'nl', 'od -c', 'tsort', 'hexdump -C', 'strings', 'iconv -t utf-8', 'tree -L 1', 'file', 'base64', 'jq .', 'fold', 'head', 'less', 'man', 'date', 'diff'])} ${by.of(['a.txt', '-', 'a.txt pwned', '- pwned', '-- a.txt pwned', 'a.txt -- pwned', '-opwned a.txt', 'a.txt -o pwned', '--outp pwned a.txt', '{a.txt,pwned}', '$x pwned', 'a.txt 1 pwned', '-1 a.txt pwned', '+1 a.txt pwned', '-s pwned', '-f a.txt pwned', '<a.txt pwned'])}`
  }
}

/** Words that become others. */
const EXPANDING = [
  '{touch,pwned}',
  '{sort,-o,pwned,a.txt}',
  'sort {-o,pwned} a.txt',
  'sort -{o,n}pwned a.txt',
  'sort -o{pwned,} a.txt',
  '{./,}evil',
  'cat {a,b}.txt',
  'sort -* a.txt',
  'sort * ',
  'sort -[o] pwned',
  '/usr/bin/tou?h pwned',
  './ev*',
  'ev[i]l',
  'echo {1..3}',
  'uniq {a.txt,pwned}',
  'uniq [ab].txt',
  'xxd ?.txt',
  'git {log,--output=pwned}',
  'git log --{oneline,output=pwned}',
  'git diff -{-output=pwned,p}',
  'find . -{delete,name}',
  'find {.,-delete}',
  'find . {-name,x,-delete}',
  '~+/evil',
  '~-/evil',
  '~evil',
]

export const TRICKS: readonly Trick[] = [
  (by, a) => `${a} ${redirection(by)}`,
  (by, a) => `${redirection(by)} ${a}`,
  (by, a) => `exec ${redirection(by)}; ${a} ${redirection(by)}`,
  (by, a) => `{ ${a}\n} ${redirection(by)} ${redirection(by)}`,
  (by, a) => `x=pwned fd=3; ${a} ${redirection(by)}`,
  set,
  set,
  (by, a, b) => `trap ${by.of(['', '-- ', '- '])}${single(by.happens(0.5) ? by.of(HARM) : a)} ${by.of(SIGNALS)}; ${b}`,
  (by, a) => `trap "x=${by.of(NUMBERS)}; $x" ${by.of(SIGNALS)}; ${a}`,
  (by, a) =>
    `${by.of(['ls', 'cat', 'cd', 'echo', 'git', 'command', 'f', 'command_not_found_handle', '[', 'test', ':', '.'])}() ${by.of(['{', '('])} ${by.of(HARM)}; ${by.of(['}', ')'])}; ${a}`,
  (by, a) =>
    `function ${by.of(['ls', 'cat', 'f', 'grep', '/bin/ls', 'a-b'])} { ${by.of([...HARM, '"$@"', '$1', '$*'])}; }; ${a}; ${by.of(['ls', 'f touch pwned', 'cat a.txt'])}`,
  (by, a) => `shopt -s expand_aliases\nalias ${by.of(['ls', 'cat', 'git', 'x'])}=${single(by.of(HARM))}\n${a}`,
  (by, a) =>
    `${by.of(['hash -p ./evil ls', 'enable -n echo', 'enable -f ./evil.so x', 'set -o noexec', 'set -k', 'set -x', 'set -t', 'set -T', 'set -E', 'set -v', 'set -f', 'set -m', 'set -b', 'shopt -s extdebug', 'shopt -s lastpipe', 'shopt -s sourcepath', 'bind -x x', 'complete -C evil ls', 'ulimit -f 0', 'umask 0', 'logout', 'suspend', 'disown', 'kill 0', 'history -w pwned', 'fc -s'])}; ${a}`,
  (by, a) =>
    `${by.of(['((', '$((', 'let ', '$[', '[[ 1 -eq ', 'declare -i x=', ': $((', 'echo ${x:', 'echo ${a[', 'test 1 -eq ', 'printf %d ', 'return ', 'exit ', 'shift ', 'break ', 'sleep '])}${by.of(NUMBERS)}${by.of(['))', ')', ']', ' ]]', '', '}', ']}'])}; ${a}`,
  (by, a) => `[[ ${by.of(['-v', '-R', '-n', '-z', '-o', '-t', 'x -ot', 'x =~', 'x ==', '1 -lt'])} ${by.of(NUMBERS)} ]] && ${a}`,
  (by, a) =>
    `env ${by.of(['-S', '-S ', '--split-string=', '-vS', '-iS ', '--spl ', '-C src ', '--chdir=src ', '-u PATH ', '-i ', '--block-signal ', '--argv0=x ', '- '])}${by.of([single(by.of(HARM)), a])}`,
  (by, a) =>
    `${by.of(['command', 'command -p', 'builtin', 'command builtin', 'exec', 'exec -a x', 'exec -c', 'exec -l', 'nice', 'time -p', 'timeout 1', 'timeout -s 0 1', 'stdbuf -o0', 'coproc', 'coproc x', '! !', 'time !', 'nohup nice', 'setsid -w', 'ionice -c 3', 'xargs -I %', 'xargs -n1 -a list.txt', 'xargs -0', 'xargs -E x', 'xargs --replace'])} ${a}`,
  (by) => by.of(EXPANDING),
  (by, a) => spaced(by, a),
  (by, a) => spaced(by, spaced(by, a)),
  (by, a) => quotedWithin(by, a),
  (by, a) => quotedWithin(by, quotedWithin(by, a)),
  (by, a) => optioned(by, a),
  (by, a) => optioned(by, optioned(by, a)),
  (by, a, b) =>
    `case ${by.of(['x', '$(', '"$x"', ')', 'a) b'])} in ${by.of(['x)', '(x)', 'x|y)', '*)', '$(evil))', "'a)')", '"x")', 'esac)'])} ${a}\n${by.of([';;', ';&', ';;&', ''])} ${by.of(['*)', '(*)', 'y)'])} ${b}\nesac`,
  (by, a) =>
    `${a} ${by.of(['<(', '>(', '< <(', '> >(', '<<< $(', '2> >(', '<<< "`', '"$(<'])}${by.of([...HARM, 'ls', 'cat', 'a.txt', 'tee pwned'])}${by.of([')', ')"', '`"', '))'])}`,
  (by, a) =>
    `${a} <<${by.of(['', '-'])}${by.of(['E', "'E'", '"E"', '\\E', 'E$x', '$(evil)', "''"])}\n${by.of(['$(evil)', '`evil`', '\tE', '\\$(evil)', '${x:-$(evil)}', '$((a[$(evil)]))', 'x'])}\n${by.of(['E', '\tE', 'E ', ''])}\n${by.of(['', by.of(HARM)])}`,
]
