/** Makes lines, runs those that the read-only policy allows, and returns what they changed. */
import { readFileSync } from 'node:fs'
import { policy } from '@seamfold/core'
import { shellAccess } from '../../src/shell-grammar/shell-access.ts'
import { AS_WRITTEN } from '../../src/shell-grammar/real-place.ts'
import { PROGRAMS } from '../../src/shell-reading/reads-programs.ts'
import { readOnlyCommands } from '../../src/shell-reading/read-only-commands.ts'
import { chance } from './chance.ts'
import { runForReal } from './for-real.ts'
import { makeLine, type Vocabulary, VALUES } from './lines.ts'
import { LETTERS, optionsOf } from './options.ts'
import type { Changed } from './throwaway.ts'

const corpus = (name: string): readonly string[] =>
  Object.values(JSON.parse(readFileSync(new URL(`../corpus/${name}.json`, import.meta.url), 'utf8')) as Record<string, string[]>).flat()

/** They run the command in their words, which is judged as well. */
const RUNNERS = 'env timeout nice ionice nohup setsid stdbuf time xargs find bash sh dash command builtin exec watch'.split(' ')
/** What they would look at is not in the sandbox, or takes too long. */
const NOT_RUN = new Set('docker gh npm npx pip pip3 java javac lsof python python3 watch yes'.split(' '))
const GIT =
  `annotate blame branch cat-file check-attr check-ignore cherry config count-objects describe diff diff-files diff-index diff-tree
  for-each-ref grep log ls-files ls-tree merge-base name-rev notes range-diff reflog remote rev-list rev-parse shortlog show show-branch
  show-ref stash status tag var whatchanged worktree help bisect`.split(/\s+/)

export const harmless: readonly string[] = [...Object.keys(PROGRAMS), ...RUNNERS]

/** Commands whose options are asked for. */
export const commands: readonly string[] = [
  ...Object.keys(PROGRAMS).filter((name) => !NOT_RUN.has(name)),
  ...RUNNERS.filter((name) => name !== 'watch'),
  ...GIT.map((name) => `git ${name}`),
]

/** The options are those that the programs of this machine tell of; with `manuals` their pages are read, too, which takes a while. */
export function vocabulary(some: readonly string[], { manuals }: { readonly manuals: boolean }): Vocabulary {
  return {
    ordinary: corpus('read-only-ordinary').filter((line) => !NOT_RUN.has(line.split(' ')[0] ?? '')),
    ways: corpus('read-only-bypasses'),
    poison: corpus('read-only-bypasses').flatMap((line) => line.split(' ')),
    options: some.map((command) => {
      const [program = '', name] = command.split(' ')
      const told = name === undefined ? optionsOf(program, ['--help']) : optionsOf(program, [name, '-h'])
      return [command, [...told, ...(manuals ? optionsOf('man', [command.replace(' ', '-')]) : []), ...LETTERS]] as const
    }),
  }
}

export function judging(): (line: string) => Promise<boolean> {
  const readOnly = policy({ default: readOnlyCommands() })
  const accessOf = shellAccess(AS_WRITTEN)
  return async (line) => readOnly.judge({ tool: 'bash', accesses: await accessOf(line) }).decision === 'allow'
}

export type Hunted = { readonly run: number; readonly changed: readonly Changed[] }

/** Judges as many lines as `lines` says, and runs those that are allowed. */
export async function hunt(
  folder: string,
  { seed, lines, known }: { readonly seed: number; readonly lines: number; readonly known: Vocabulary },
): Promise<Hunted> {
  const by = chance(seed)
  const isAllowed = judging()
  const run = new Set<string>()
  for (let count = 0; count < lines; count++) {
    const line = makeLine(by, known)
    if (!run.has(line) && (await isAllowed(line))) run.add(line)
  }
  return { run: run.size, changed: await runForReal(folder, { lines: [...run], harmless }) }
}

const quoted = (value: string): string => `'${value.replaceAll("'", `'\\''`)}'`

/** Every option of every program, with every value in every place. */
export function* sweep({ options }: Vocabulary): Generator<string> {
  for (const [command, known] of options) {
    for (const option of new Set(known)) {
      yield `${command} ${option}`
      for (const value of VALUES.map(quoted)) {
        yield `${command} ${option} ${value}`
        yield `${command} ${option}${value}`
        yield `${command} ${option} a.txt ${value}`
        yield `${command} a.txt ${option} ${value}`
        yield `${command} HEAD ${option} ${value}`
        yield `${command} ${value} ${option} b.txt`
        yield `${command} ${option} 1 ${value} pwned`
        if (option.startsWith('--')) yield `${command} ${option}=${value} a.txt`
        if (option.length > 5) yield `${command} ${option.slice(0, -2)}=${value} a.txt`
      }
    }
  }
}
