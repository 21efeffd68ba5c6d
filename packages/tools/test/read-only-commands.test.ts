/** The read-only default: nothing that could change something gets past it, and it does not stand in the way of looking. */
import { readFileSync } from 'node:fs'
import { policy, type Decision } from '@seamfold/core'
import { localWorkspace, readOnlyCommands } from '@seamfold/tools'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { shellAccess } from '../src/shell-grammar/shell-access.ts'
import { temporaryDirectory } from './support.ts'

const corpus = (name: string): readonly string[] =>
  Object.values(JSON.parse(readFileSync(new URL(`corpus/${name}.json`, import.meta.url), 'utf8')) as Record<string, string[]>).flat()

const readOnly = policy({ default: readOnlyCommands() })

const judging = (): ((line: string) => Promise<Decision>) => {
  const accessOf = shellAccess(localWorkspace(temporaryDirectory()))
  return async (line) => readOnly.judge({ tool: 'bash', accesses: await accessOf(line) }).decision
}

describe('a policy that allows only commands that only read', () => {
  const bypasses = corpus('read-only-bypasses')
  const ordinary = corpus('read-only-ordinary')

  test('allows none of more than 300 ways around it', async () => {
    const judge = judging()
    const decisions = await Promise.all(bypasses.map(async (line) => ({ line, decision: await judge(line) })))
    expect(new Set(bypasses).size).toBeGreaterThanOrEqual(300)
    expect(decisions.filter(({ decision }) => decision === 'allow')).toEqual([])
  })

  test('allows all of more than 200 ordinary commands of a day', async () => {
    const judge = judging()
    const decisions = await Promise.all(ordinary.map(async (line) => ({ line, decision: await judge(line) })))
    expect(new Set(ordinary).size).toBeGreaterThanOrEqual(200)
    expect(decisions.filter(({ decision }) => decision !== 'allow')).toEqual([])
  })

  test('denies instead of asking where it is told to', () => {
    const denying = policy({ default: readOnlyCommands({ otherwise: 'deny' }) })
    expect(denying.judge({ tool: 'bash', accesses: [{ kind: 'exec', command: 'rm x', commands: ['rm x'] }] }).decision).toBe('deny')
    expect(denying.describe()).not.toBe(readOnly.describe())
  })

  test('lets tools read, fetch and start agents, and asks for what they write and for what they do not declare', () => {
    const decisions = (
      [
        { kind: 'read', path: 'a' },
        { kind: 'net', host: 'a' },
        { kind: 'agent', agent: 'a' },
        { kind: 'write', path: 'a' },
        { kind: 'other' },
      ] as const
    ).map((access) => readOnly.judge({ tool: 'x', accesses: [access] }).decision)
    expect(decisions).toEqual(['allow', 'allow', 'allow', 'ask', 'ask'])
  })
})

const single = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
const double = (text: string): string => `"${text.replaceAll(/[\\"$`]/g, '\\$&')}"`

/** What nothing may make look harmless. */
const harm = fc.constantFrom(
  'rm -rf src',
  'git push --force',
  'sort -o out names',
  'find . -delete',
  'sed -i s/a/b/ x',
  'tee out',
  'python3 -c 1',
  '$CMD x',
  'sh script',
  'cp a b',
  'awk \'BEGIN{system("rm x")}\'',
  'xargs rm',
  'git -c core.pager=x log',
  'LD_PRELOAD=x ls',
)

/** Ways to have a command run within another one. */
const wrappers: readonly ((command: string) => string)[] = [
  (command) => `ls; ${command}`,
  (command) => `${command}; ls`,
  (command) => `ls\n${command}`,
  (command) => `true && ${command}`,
  (command) => `false || ${command}`,
  (command) => `ls | ${command}`,
  (command) => `${command} | cat`,
  (command) => `${command} &`,
  (command) => `! ${command}`,
  (command) => `time ${command}`,
  (command) => `(${command})`,
  (command) => `{ ${command}\n}`,
  (command) => `if ls; then ${command}\nfi`,
  (command) => `if ${command}\nthen ls; fi`,
  (command) => `while ${command}\ndo break; done`,
  (command) => `for i in a b; do ${command}\ndone`,
  (command) => `case a in a) ${command}\n;; esac`,
  (command) => `f() { ${command}\n}; f`,
  (command) => `echo $(${command}\n)`,
  (command) => `echo "x $(${command}\n) y"`,
  (command) => `echo \${x:-$(${command}\n)}`,
  (command) => `x=$(${command}\n)`,
  (command) => `cat <(${command}\n)`,
  (command) => `cat <<END\n$(${command}\n)\nEND`,
  (command) => `[[ -n $(${command}\n) ]]`,
  (command) => `ls > >(${command}\n)`,
  (command) => `eval ${single(command)}`,
  (command) => `eval ${double(command)}`,
  (command) => `sh -c ${single(command)}`,
  (command) => `bash -c ${double(command)}`,
  (command) => `timeout 5 bash -c ${single(command)}`,
  (command) => `env LANG=C sh -c ${single(command)}`,
  (command) => `nice -n 5 bash -c ${single(command)}`,
  (command) => `ls | xargs sh -c ${single(command)}`,
  (command) => `find . -exec sh -c ${single(command)} \\;`,
  (command) => `trap ${single(command)} EXIT`,
  (command) => `bash <<'END'\n${command}\nEND`,
  (command) => `command eval ${single(command)}`,
  (command) => `cd src && ${command}`,
  (command) => `ls # harmless\n${command}`,
  (command) => `echo '#' ${double('"')}; ${command}`,
]

test('no nesting of wrappers makes a harmful command look harmless', async () => {
  const judge = judging()
  await fc.assert(
    fc.asyncProperty(harm, fc.array(fc.nat(wrappers.length - 1), { maxLength: 5 }), async (command, around) => {
      const line = around.reduce<string>((inner, index) => wrappers[index]?.(inner) ?? inner, command)
      expect({ line, decision: await judge(line) }).toEqual({ line, decision: 'ask' })
    }),
    { numRuns: 2_000 },
  )
})

test('every single wrapper lets a harmless command through or asks, and most let it through', async () => {
  const judge = judging()
  const decisions = await Promise.all(wrappers.map((wrap) => judge(wrap('ls src'))))
  expect(decisions.filter((decision) => decision === 'allow').length).toBeGreaterThan(wrappers.length - 4)
})

test('whatever a line is, it is judged: nothing throws, and none is taken for harmless that names an unknown program', async () => {
  const judge = judging()
  const piece = fc.constantFrom(
    ...'ls|;|&|&&|$(|)|`|"|\'|\\|{|}|<|>|>>|<<E|\n|E|#| |harm|=|[[|]]|*|~|$x|${|((|))|!|if|then|fi|do|for|in|case|esac'
      .split('|')
      .filter((each) => each !== ''),
    '|',
    '||',
  )
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 24 }), async (pieces) => {
      expect(['allow', 'ask']).toContain(await judge(pieces.join('')))
    }),
    { numRuns: 3_000 },
  )
})
