/** Makes lines that may be harmless or not, out of programs, options, values that would write or run something, and the shell's own ways. */
import type { Chance } from './chance.ts'
import { language, TRICKS } from './tricks.ts'

const words = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '')

/** What an option or an operand may be, so that something would be written or started if it is taken so. */
export const VALUES: readonly string[] = [
  ...words(`pwned ./evil evil a.txt b.txt src . 5 -1 1 -- - -o -i always list.txt data.json arch.tar arch.tgz arch.zip vendor side v1 HEAD
    script.sed script.awk b.txt.gz evil.so x=y exec=./evil @list.txt /tmp/world/work/pwned evil.example:8099 --output=pwned --pre=evil main`),
  'touch pwned',
  '|evil',
  '|evil %s',
  '!evil',
  '`evil`',
  '$(evil)',
  'a[$(evil)]',
  'w pwned',
  '1e evil',
  'e',
  's/o/x/w pwned',
  'BEGIN{system("evil")}',
  '{print > "pwned"}',
  '{"evil" | getline}',
  '+!evil',
  'exec evil',
  'sh -c evil',
  'ext::evil',
  '%n',
  '{}',
]

const PLAIN: readonly string[] = words('- a b w x z')

/** Whole words as the shell reads them, some of which it evaluates. */
const EXPANSIONS = words(
  `"$x" $x \${x} "\${x:-b}" \${x:=c} \${x@P} \${x@Q} \${!x} \${x[0]} \${x[a]} \${#x} \${x:1:2} \${x/a/b} \${x^^} \${!x*} $(ls) "$(cat$IFS"a.txt")" $((1)) $((x))
   $((x[$(evil)])) * *.txt ./* ?.txt {a,b}.txt {1..3} {a.txt,-o} ~ ~/x $'a\\tb' $"a" <(ls) >(cat) "\${x[@]}" "$@" $* $# $? $! $$ $- $1 \${1:-a}
   \${x:-$(evil)} \${x:=$(evil)} \${x:$(evil)} \${x#$(evil)} "\${x//$(evil)/b}" \${x@a} \${x@A} [a-z].txt @(a|b).txt \${HOME} $PATH \`ls\``,
)

const NAMES = words(
  'x y a PATH IFS COLUMNS LINES DEBUG LANG LC_ALL TZ CI NODE_ENV NO_COLOR PAGER HOME ENV BASH_ENV PS4 OPTIND SECONDS RANDOM cat ls evil',
)

const ASSIGNED: readonly string[] = [
  ...words(`1 x a b.txt $x "$x" $(ls) "$(ls)" (a) (a b) ([0]=a) ([a]=b) ([$x]=b) ([$(evil)]=b) (['a[$(evil)]']=b) ($(ls)) 'a[$(evil)]' "a[\\$(evil)]"
    '$(evil)' '\`evil\`' a[\\$(evil\\)] /tmp/world/work x+1 a=b \${y:=1} PATH 'x=($(evil))' '($(evil))' '([$(evil)]=1)' '~' :.: cat`),
  "$'a[$(evil)]'",
]

const SET = words('declare typeset local export readonly unset read getopts mapfile readarray wait printf')
const FLAGS = words('-a -A -i -x -r -g -l -u -n -t -f -F -p -ai -gi -ri -rx -v -s -c1 -C -k +x +i -- -d, -e')
const OPERATORS = ['; ', ' && ', ' || ', ' | ', ' |& ', '\n', ' & ']
const REDIRECTIONS = words(
  '>/dev/null 2>/dev/null 2>&1 <a.txt <<<x <<<$x >pwned >>a.txt 2>pwned &>pwned >|pwned <>pwned >&pwned 3>&1 >&- <&- {x}>&1 {x}<a.txt >/dev/stderr <$x >$x >/dev/fd/1 </dev/null',
)

const single = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
const double = (text: string): string => `"${text.replaceAll(/[\\"$`]/g, '\\$&')}"`

/** Ways to have one or two commands within something. */
const AROUND: readonly ((a: string, b: string) => string)[] = [
  (a) => `(${a})`,
  (a) => `{ ${a}\n}`,
  (a, b) => `if ${a}\nthen ${b}\nfi`,
  (a, b) => `case x in x) ${a}\n;; *) ${b}\n;; esac`,
  (a) => `for i in 1 2; do ${a}\ndone`,
  (a) => `for x in 'a[$(evil)]' b; do ${a}\ndone`,
  (a) => `for ((i=0;i<1;i++)); do ${a}\ndone`,
  (a) => `while ${a}\ndo break; done`,
  (a) => `until false; do ${a}\nbreak; done`,
  (a) => `select i in a b; do ${a}\nbreak; done <<< 1`,
  (a) => `f() { ${a}\n}; f x`,
  (a) => `coproc ${a}`,
  (a) => `coproc x { ${a}\n}; wait`,
  (a) => `trap ${single(a)} EXIT`,
  (a) => `trap ${single(a)} DEBUG; ls`,
  (a) => `eval ${single(a)}`,
  (a) => `eval ${double(a)}`,
  (a) => `bash -c ${single(a)}`,
  (a) => `bash -ac ${single(a)} x y`,
  (a) => `sh -c ${single(a)}`,
  (a) => `bash <<'E'\n${a}\nE`,
  (a) => `cat <<E\n$(${a}\n)\nE`,
  (a) => `cat <<E | ${a}\na.txt\n-o\nE`,
  (a) => `echo "$(${a}\n)"`,
  (a) => `x=$(${a}\n); echo $x`,
  (a) => `[[ -n $(${a}\n) ]]`,
  (a) => `cat <(${a}\n)`,
  (a) => `timeout 1 ${a}`,
  (a) => `nice -n 1 ${a}`,
  (a) => `env ${a}`,
  (a) => `env LANG=C ${a}`,
  (a) => `command ${a}`,
  (a) => `builtin ${a}`,
  (a) => `exec ${a}`,
  (a) => `time ${a}`,
  (a) => `nohup ${a}`,
  (a) => `setsid ${a}`,
  (a) => `stdbuf -oL ${a}`,
  (a) => `! ${a}`,
  (a) => `cat list.txt | xargs ${a}`,
  (a) => `cat list.txt | xargs -n1 ${a}`,
  (a) => `cat list.txt | xargs -I{} ${a} {}`,
  (a) => `xargs -a list.txt ${a}`,
  (a) => `find . -maxdepth 1 -exec ${a} {} \\;`,
  (a) => `find src -exec ${a} {} +`,
  (a) => `cd src && ${a}`,
  (a) => `(cd odd; ${a})`,
  (a) => `set -- a.txt -o; ${a} "$@"`,
  (a) => `x='a[$(evil)]'; ${a}`,
  (a) => `x=-o y=--output=pwned; ${a} $x`,
  (a) => `LANG=C ${a}`,
  (a) => `COLUMNS=80 ${a}`,
  (a) => `shopt -s globstar nullglob\n${a}`,
  (a) => `set -euo pipefail; ${a}`,
]

/** Builtins with what they may compute or set. */
function setting(by: Chance): string {
  const name = (): string => (by.happens(0.15) ? `${by.of(NAMES)}[${by.of(['0', 'x', '$(evil)', "'a[$(evil)]'"])}]` : by.of(NAMES))
  const given = (): string => (by.happens(0.6) ? `${name()}${by.happens(0.1) ? '+=' : '='}${by.of(ASSIGNED)}` : name())
  switch (by.below(8)) {
    case 0:
      return given()
    case 1:
      return `${given()} ${by.of(['ls', 'cat a.txt', 'env', 'sort a.txt'])}`
    case 2:
      return `[[ ${by.of(['-v', '-n', '-f', '-z', '-R', '-t', '-o', '!', `${by.of(ASSIGNED)} -eq`, 'x ==', 'x =~', '1 -lt'])} ${by.of([...ASSIGNED, ...EXPANSIONS])} ]]`
    case 3:
      return `[ ${by.of(['-v', '-n', '-f', '-z', '-R', '-t', '-o', '!', '1 -eq', 'x =', '( x )', 'x -a -v', '-n x -o -v'])} ${by.of([...ASSIGNED, ...EXPANSIONS])} ]`
    case 4:
      return `${by.of(['((', '$((', 'let '])}${by.of(ASSIGNED)}))`.replace(/^let (.*)\)\)$/, 'let $1')
    case 5:
      return `printf ${by.of(['-v', '%s', '%d', '%n', "'%(%F)T'", '%*d', '-- %n', '%q', '%b'])} ${given()} ${by.of(ASSIGNED)}`
    case 6:
      return `${by.of(SET)} ${by.of(FLAGS)} ${given()}${by.happens(0.4) ? `; ${given()}` : ''}${by.happens(0.3) ? ' <<< x' : ''}`
    default:
      return `${by.of(SET)} ${given()} ${by.happens(0.5) ? by.of(ASSIGNED) : ''}${by.happens(0.3) ? ' <<< 1' : ''}`
  }
}

/** What is known of the words of programs. */
export type Vocabulary = {
  /** Lines that are known to be allowed. */
  readonly ordinary: readonly string[]
  /** Lines that are known not to be. */
  readonly ways: readonly string[]
  /** Words of lines that are known not to be. */
  readonly poison: readonly string[]
  /** A program, or one with its first word, and its options. */
  readonly options: readonly (readonly [command: string, options: readonly string[]])[]
}

function simple(by: Chance, { options, ordinary }: Vocabulary): string {
  if (by.happens(0.2)) return by.of(ordinary)
  const [command, known] = by.of(options)
  const count = by.below(5)
  let line = command
  for (let at = 0; at < count; at++) {
    const option = known.length > 0 && by.happens(0.75) ? by.of(known) : `-${by.of(PLAIN)}`
    const value = by.happens(0.8) ? single(by.of(VALUES)) : by.of(EXPANSIONS)
    line += ` ${by.of([option, option, value, value, `${option} ${value}`, `${option}=${value}`, `${option}${value}`, `${option.slice(0, 5)} ${value}`])}`
  }
  return by.happens(0.15) ? `${line} ${by.of(REDIRECTIONS)}` : line
}

/** An ordinary line with words of lines that are not. */
function crossed(by: Chance, { ordinary, poison }: Vocabulary): string {
  const line = by.of(ordinary).split(' ')
  const count = 1 + by.below(3)
  for (let at = 0; at < count; at++) {
    const place = by.below(line.length + 1)
    const word = by.happens(0.7) ? by.of(poison) : by.of([...VALUES, ...EXPANSIONS])
    line.splice(place, by.of([0, 0, 1]), word)
  }
  const text = line.join(' ')
  if (!by.happens(0.2)) return text
  const place = by.below(text.length + 1)
  return text.slice(0, place) + by.of([...`'"\`$\\(){}[]<>|&;#!*?~=-+,@%:\n `, '$(', '${', '<<E\n', '<(', "$'"]) + text.slice(place)
}

export function makeLine(by: Chance, vocabulary: Vocabulary, depth: number = 0): string {
  if (by.happens(0.4)) return tricked(by, vocabulary, depth)
  const kind = by.below(10)
  if (depth < 3 && kind === 0) return makeLine(by, vocabulary, depth + 1) + by.of(OPERATORS) + makeLine(by, vocabulary, depth + 1)
  if (depth < 3 && kind <= 2) return by.of(AROUND)(makeLine(by, vocabulary, depth + 1), makeLine(by, vocabulary, depth + 1))
  if (kind <= 4) return setting(by)
  if (kind <= 6) return crossed(by, vocabulary)
  return simple(by, vocabulary)
}

/** A line that is harmless or not, in which one of the shell's own ways is tried. */
function tricked(by: Chance, vocabulary: Vocabulary, depth: number): string {
  if (by.happens(0.25)) return language(by)
  const inner = (): string =>
    by.happens(0.4) ? by.of(vocabulary.ordinary) : by.happens(0.5) ? by.of(vocabulary.ways) : makeLine(by, vocabulary, depth + 1)
  return depth > 2 ? by.of(vocabulary.ordinary) : by.of(TRICKS)(by, inner(), inner())
}
