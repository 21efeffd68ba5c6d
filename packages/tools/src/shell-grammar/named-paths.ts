/** The files that a command is told to read or change by its words, as far as its program is known. */
import { namedToAwk, namedToFind, namedToJq, namedToLink, namedToPatch, namedToSed, namedToTar } from './named-by-programs.ts'
import { namedToGit } from './named-to-git.ts'
import { maybePaths, named, type NamedPath } from './operands.ts'
import { PROJECT_PROGRAMS, RUNNERS } from './project-programs.ts'
import { behind, namedBy, type Program } from './program-words.ts'
import type { ShellWord } from './shell-word.ts'
import { SYSTEM_PROGRAMS } from './system-programs.ts'

type Named = (words: readonly ShellWord[]) => readonly NamedPath[]

/** Programs whose words are a language of their own. */
const LANGUAGES: Readonly<Record<string, Named>> = {
  awk: namedToAwk,
  bsdtar: namedToTar,
  dd: (words) => words.slice(1).flatMap(ddOperand),
  find: namedToFind,
  gawk: namedToAwk,
  git: namedToGit,
  jar: namedToTar,
  jq: namedToJq,
  ln: namedToLink,
  mawk: namedToAwk,
  nawk: namedToAwk,
  patch: namedToPatch,
  sed: namedToSed,
  tar: namedToTar,
}

export function touchedByWords(words: readonly ShellWord[]): readonly NamedPath[] {
  const given = words[0]?.value ?? ''
  const run = runBy(words)
  if (run !== undefined) return touchedByWords(run)
  // Programs of GNU have a letter more where others have their names.
  const name = given.startsWith('g') && !isKnown(given) ? given.slice(1) : given
  if (Object.hasOwn(LANGUAGES, name)) return LANGUAGES[name]?.(words) ?? []
  const program = knownAs(name) ?? knownAs(name.replace(/-?[\d.]+$/, ''))
  return program === undefined ? words.slice(1).flatMap(namedToAny) : namedBy(words, program)
}

const knownAs = (name: string): Program | undefined =>
  Object.hasOwn(SYSTEM_PROGRAMS, name) ? SYSTEM_PROGRAMS[name] : Object.hasOwn(PROJECT_PROGRAMS, name) ? PROJECT_PROGRAMS[name] : undefined

const isKnown = (name: string): boolean => Object.hasOwn(LANGUAGES, name) || knownAs(name) !== undefined

/** The command that a program runs which does nothing else with its words: `npx a`, `pnpm exec a`, `python -m a`. */
function runBy(words: readonly ShellWord[]): readonly ShellWord[] | undefined {
  const [first, second, ...rest] = words
  const name = first?.value ?? ''
  if (/^python[\d.]*$/.test(name) && second?.value === '-m') return rest.length > 0 ? rest : undefined
  if (!Object.hasOwn(RUNNERS, name)) return undefined
  const verb = RUNNERS[name]
  if (verb !== undefined && !verb.test(second?.value ?? '')) return undefined
  const behindVerb = words.slice(verb === undefined ? 1 : 2)
  const start = behindVerb.findIndex(({ value }) => !/^(?:-y|--yes|--|--no|--no-install|--silent)$/.test(value ?? ''))
  const program = behindVerb[start]
  if (program?.value === undefined || program.value.startsWith('-')) return undefined
  const plain = program.value.replace(/(?<=.)@[^/@]*$/, '')
  return [{ ...program, value: plain, prefix: plain }, ...behindVerb.slice(start + 1)]
}

/** Of a program that is not known each word may be a path, or hold one. */
function namedToAny(word: ShellWord): readonly NamedPath[] {
  if (!word.prefix.startsWith('-')) return maybePaths(word)
  const attached = word.prefix.startsWith('--') ? [] : maybePaths(behind(word, 2))
  return [...maybePaths(word), ...attached].filter((path) => path.word?.startsWith('-') !== true)
}

function ddOperand(word: ShellWord): readonly NamedPath[] {
  const [, key, rest] = /^(if|of)=([^]*)$/.exec(word.prefix) ?? []
  if (key === undefined) return word.value === undefined ? [named('write', undefined)] : []
  return [named(key === 'of' ? 'write' : 'read', word.value === undefined ? undefined : rest)]
}
