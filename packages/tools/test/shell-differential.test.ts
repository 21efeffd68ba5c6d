/** What a line is understood to run holds against what bash really runs. */
import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { loadGrammar } from '../src/shell-grammar/grammar.ts'
import { readCommand, type ShellWord } from '../src/shell-grammar/shell-word.ts'
import { understand } from '../src/shell-grammar/understand.ts'
import { temporaryDirectory } from './support.ts'

type Place = { readonly directory: string; readonly logs: string }

/** Runs a line in bash, where no program exists, and returns what it tried to run. */
function triedBy(line: string, place: Place): readonly (readonly string[])[] {
  // What runs in the background may outlive its line.
  const log = join(place.logs, randomUUID())
  spawnSync('/bin/bash', ['-c', line], {
    cwd: place.directory,
    timeout: 5_000,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: '/nonexistent',
      FUNCNEST: '4',
      LOG: log,
      // In one write, which a line break would end.
      'BASH_FUNC_command_not_found_handle%%': `() { printf -v record '%s\\037' "$@"; record=\${record//$'\\n'/$'\\035'}; printf '%s\\036' "$record" >> "$LOG"; }`,
    },
  })
  if (!existsSync(log)) return []
  return readFileSync(log, 'utf8')
    .replaceAll('\u001d', '\n')
    .split('\u001e')
    .slice(0, -1)
    .map((record) => untimed(record.split('\u001f').slice(0, -1)))
}

/** Behind a bar `time` is the program of this name, which runs what follows. */
const untimed = (words: readonly string[]): readonly string[] => (words[0] === 'time' && words.length > 1 ? untimed(words.slice(1)) : words)

/** Whether words that may not all be known can be these. */
function canBe([word, ...words]: readonly ShellWord[], given: readonly string[]): boolean {
  if (word === undefined) return given.length === 0
  if (word.splits) return given.some((_, index) => canBe(words, given.slice(index))) || canBe(words, [])
  const [first, ...rest] = given
  return first !== undefined && (word.value === undefined || word.value === first) && canBe(words, rest)
}

/** What bash ran that was not told; nothing where it was said that it cannot be told. */
async function untold(line: string, place: Place): Promise<readonly (readonly string[])[]> {
  const { commands, undecided } = understand(await loadGrammar(), line)
  if (undecided.length > 0) return []
  const expected = commands.map(readCommand)
  return triedBy(line, place).filter((tried) => !expected.some((words) => canBe(words, tried)))
}

const command = fc.constantFrom(
  'alpha',
  'beta x',
  'gamma "y z" \\$',
  "delta 'a;b'",
  'alpha "$(beta)"',
  'x=1',
  'echo a',
  ': > out',
  'gamma $x {a,b} *',
)

const around: readonly ((a: string, b: string) => string)[] = [
  (a, b) => `${a} && ${b}`,
  (a, b) => `${a} || ${b}`,
  (a, b) => `${a} | ${b}`,
  (a, b) => `${a}\n${b}`,
  (a, b) => `${a} & ${b}`,
  (a, b) => `(${a}); ${b}`,
  (a, b) => `{ ${a}\n} 2>&1 | ${b}`,
  (a, b) => `if ${a}\nthen ${b}\nelse ${a}\nfi`,
  (a, b) => `for i in $(${a}\n) b; do ${b}\ndone`,
  (a, b) => `case $(${a}\n) in x|y) ;; *) ${b}\n;; esac`,
  (a, b) => `f() { ${a}\n}; f; ${b}`,
  (a, b) => `echo "$(${a}\n) \`beta\`"; ${b}`,
  (a, b) => `cat_ <<END\n$(${a}\n) text '"\nEND\n${b}`,
  (a, b) => `cat_ <<'END'; ${a}\n$(not run)\nEND\n${b}`,
  (a, b) => `eval '${a.replaceAll("'", `'\\''`)}'; ${b}`,
  (a, b) => `! ${a}; [[ -n $(${b}\n) ]]`,
  (a, b) => `y=$(${a}\n); ${b} # ${a.replaceAll('\n', ' ')}`,
  (a, b) => `alpha \${y:-$(${a}\n)} \\\n; ${b}`,
  (a, b) => `trap '${a.replaceAll("'", `'\\''`)}' EXIT; ${b}`,
  (a, b) => `beta <(${a}\n) && ${b}`,
]

const lines: fc.Arbitrary<string> = fc.letrec<{ line: string }>((tie) => ({
  line: fc.oneof(
    { depthSize: 'small' },
    command,
    fc.tuple(fc.constantFrom(...around), tie('line'), tie('line')).map(([make, a, b]) => make(a, b)),
  ),
})).line

test('all that bash runs of a line made of its grammar was told', async () => {
  const place = { directory: temporaryDirectory(), logs: temporaryDirectory() }
  await fc.assert(
    fc.asyncProperty(lines, async (line) => {
      expect({ line, untold: await untold(line, place) }).toEqual({ line, untold: [] })
    }),
    { seed: 1, numRuns: 400 },
  )
}, 120_000)

test('all that bash runs of a line of arbitrary pieces was told, where anything was for certain', async () => {
  const place = { directory: temporaryDirectory(), logs: temporaryDirectory() }
  const pieces = [
    'alpha',
    'beta',
    ' ',
    ' ',
    '\n',
    ';',
    '&',
    '|',
    '$(',
    ')',
    '(',
    '`',
    '"',
    "'",
    '\\',
    '{',
    '}',
    '<',
    '>',
    '<<E',
    '\nE\n',
    '#',
    '!',
    '=',
    '[',
    ']',
    '$',
    '*',
    '~',
    'x',
    '1',
    '$x',
    '${x',
    ':-',
    '@',
    ',',
    '+',
    "$'",
    '<(',
    '[[',
    ']]',
    'if ',
    'then ',
    'fi',
    'case ',
    ' in ',
    ';;',
    'esac',
    'for ',
    'do ',
    'done',
    '((',
    '))',
    'time ',
    '^',
    '%',
    '?',
    '-',
  ]
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 14 }), async (parts) => {
      const line = parts.join('')
      expect({ line, untold: await untold(line, place) }).toEqual({ line, untold: [] })
    }),
    { seed: 1, numRuns: 1_500 },
  )
}, 120_000)
