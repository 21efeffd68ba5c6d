/** The files that programs with a language of their own are told to read or change: git, tar, awk, jq. */
import { isFile, type NamedPath, operandsOf, reading, writing } from './operands.ts'
import { certainWord, type ShellWord } from './shell-word.ts'

const SHOWS = /^(?:show|cat-file|diff|log|blame|annotate|archive|whatchanged)$/
/** What is in the files that they name becomes something else; `checkout` takes files behind `--`. */
const CHANGES = /^(?:checkout|clean|mv|restore|rm)$/

/** `rev:path` is a file as it was; `grep` goes through whatever it is not kept from. */
export function namedToGit(words: readonly ShellWord[]): readonly NamedPath[] {
  const at = words.findIndex(
    ({ value }, index) => /^(?:grep$|[a-z][a-z-]+$)/.test(value ?? '') && index > 0 && words[index - 1]?.value !== '-C',
  )
  const [name, ...given] = at < 0 ? [] : words.slice(at)
  if (name === undefined) return []
  const dashes = given.findIndex(({ value }) => value === '--')
  const behind = dashes < 0 ? [] : given.slice(dashes + 1)
  if (name.value === 'grep') {
    const paths = dashes < 0 ? operandsOf([name, ...given], 'eABCmfO').slice(1) : behind
    return (paths.length === 0 ? [certainWord('.')] : paths).map((word) => ({ ...reading(word), below: true }))
  }
  if (CHANGES.test(name.value ?? '')) {
    const paths = dashes >= 0 ? behind : name.value === 'checkout' ? [] : operandsOf([name, ...given], 'se')
    return paths.map((word) => ({ ...writing(word), below: true }))
  }
  if (!SHOWS.test(name.value ?? '')) return []
  const whole = /^(?:blame|annotate)$/.test(name.value ?? '') || given.some(({ value }) => value === '--no-index')
  const named = whole && dashes < 0 ? operandsOf([name, ...given], 'LSGOU') : behind
  const earlier = given.flatMap(
    ({ value = '' }) =>
      /^[^-:][^:]*:([^:]+)$|^:(?:[0-3]:)?([^:/(!^]+)$/
        .exec(value)
        ?.slice(1)
        .flatMap((path) => path ?? []) ?? [],
  )
  return [...named.filter(isFile), ...earlier.map(certainWord)].map(reading)
}

/** The program comes first, but where it stands in a file. */
export function namedToScript(
  words: readonly ShellWord[],
  { values, file }: { readonly values: string; readonly file: RegExp },
): readonly NamedPath[] {
  const operands = operandsOf(words, values)
  return [
    ...(words.some(({ prefix }) => file.test(prefix)) ? operands : operands.slice(1)).filter(isFile).map(reading),
    ...words.flatMap(({ value }, index) =>
      file.test(value ?? '') && words[index + 1] !== undefined ? reading(words[index + 1] ?? certainWord('.')) : [],
    ),
  ]
}

/** What goes into an archive, and what comes out of it. */
export function namedToTar(words: readonly ShellWord[]): readonly NamedPath[] {
  const [, mode, ...rest] = words
  const letters = mode?.value?.replace(/^-(?!-)/, '') ?? ''
  const makes = /^[A-Za-z]*[cru]/.test(letters) || words.some(({ prefix }) => /^--(?:cre|app|upd|cat)/.test(prefix))
  const takes = !makes && (/^[A-Za-z]*x/.test(letters) || words.some(({ prefix }) => /^--(?:ext|get)/.test(prefix)))
  const operands = operandsOf([certainWord('tar'), ...(letters.startsWith('--') ? words.slice(1) : rest)], 'fCTXbgHIKLNV')
  const archived = letters.endsWith('f') && !letters.startsWith('--') ? operands[0] : valueOf(words, /^-[A-Za-z]*f$|^--file$/)
  const members = operands.filter((word) => word !== archived)
  const target = valueOf(words, /^-C$|^--directory$/)
  return [
    ...(archived === undefined || !isFile(archived) ? [] : [makes ? writing(archived) : reading(archived)]),
    ...(makes ? members.map((word) => ({ ...reading(word), below: true as const })) : []),
    ...(takes ? [{ ...writing(target ?? certainWord('.')), below: true as const }] : []),
  ]
}

const valueOf = (words: readonly ShellWord[], option: RegExp): ShellWord | undefined => {
  const at = words.findIndex(({ value }) => option.test(value ?? ''))
  return at < 0 ? undefined : words[at + 1]
}
