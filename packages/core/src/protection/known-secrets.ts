/** The security provider that comes with the house: values that it is given, keys that it knows by their looks. */
import { AgentError } from '../base/errors.ts'
import { orAborted } from '../base/signals.ts'
import type { ResolveOptions, SecurityProvider } from '../ports/security-provider.ts'
import { encodingsOf } from './encodings.ts'
import { literal, shownLines } from './literal.ts'
import { type Pattern, placeholder } from './pattern.ts'
import { type Scanner, scanner } from './scanner.ts'
import { shapeNames, shapes } from './shapes.ts'
import { scanningTap } from './tap.ts'

/** Gives secrets to tools. A function of your own may look at who asks. */
export interface SecretResolver {
  /** What models are told of. */
  readonly names: readonly string[]
  /** Secrets that are known before anybody asks. Default: none, and one is known from its first use on. */
  readonly values?: Readonly<Record<string, string | undefined>>
  /** Undefined for a name that is not offered, or not to this tool. */
  resolve(name: string, options: ResolveOptions): string | undefined | Promise<string | undefined>
}

export interface KnownSecretsOptions {
  /** Kept out of everything, by name. Empty and undefined ones are passed over. */
  readonly values?: Readonly<Record<string, string | undefined>>
  /** What tools may be given. Default: nothing. */
  readonly references?: SecretResolver
  /** Look for keys that are known by their looks, too. Default: true. */
  readonly shapes?: boolean
}

const NAME = /^[\w.-]{1,64}$/
const SHORTEST = 6
/** Texts of so many characters that hold nothing are remembered, of all of them so many characters: a result is looked at again in its fact, by hooks and in the next request. */
const LONG = 256
const REMEMBERED = 4_000_000

/** Throws `invalid_argument` for a name that is no name, and for a value that cannot be told from ordinary words. */
export function knownSecrets({ values = {}, references, shapes: looks = true }: KnownSecretsOptions = {}): SecurityProvider {
  const known = new Map<string, Set<string>>()
  let patterns: readonly Pattern[] = looks ? shapes : []
  let scan: Scanner | undefined
  let clean = new Set<string>()
  let remembered = 0
  const remember = (text: string): void => {
    if (remembered + text.length > REMEMBERED) clean = new Set()
    remembered = clean.size === 0 ? text.length : remembered + text.length
    clean.add(text)
  }
  const learn = (name: string, value: string): void => {
    if (known.get(name)?.has(value) === true) return
    checkSecret(name, value, [...shapeNames, ...known.keys(), name])
    known.set(name, new Set([...(known.get(name) ?? []), value]))
    patterns = [...patternsOf(name, value), ...patterns]
    scan = undefined
    clean = new Set()
  }
  const current = (): Scanner => (scan ??= scanner(patterns))
  for (const [name, value] of [...Object.entries(references?.values ?? {}), ...Object.entries(values)])
    if (value !== undefined && value !== '') learn(name, value)
  return {
    contract: 1,
    names: references?.names ?? [],
    redact(text) {
      const isLong = text.length >= LONG
      if (text.length < SHORTEST || (isLong && clean.has(text))) return text
      const scanning = current()
      const shown = scanning.mayHold(text) ? scanning.scan(text, { from: 0, isWhole: true }).shown : text
      if (isLong && shown === text) remember(text)
      return shown
    },
    tap: () => scanningTap(current),
    async resolve(name, options) {
      options.signal.throwIfAborted()
      if (references?.names.includes(name) !== true) return undefined
      const value = await orAborted(Promise.resolve(references.resolve(name, options)), options.signal)
      if (value !== undefined && value !== '') learn(name, value)
      return value
    },
  }
}

function patternsOf(name: string, value: string): readonly Pattern[] {
  const plain = encodingsOf(value).map(({ text, wraps }) => literal(name, text, { wraps }))
  const lines = value.trim().split(/\r?\n/)
  const shown = lines.slice(lines.findIndex((line) => line.length >= 3))
  return shown.length < 2 || shown.join('').length < SHORTEST ? plain : [...plain, shownLines(name, shown)]
}

function checkSecret(name: string, value: string, names: readonly string[]): void {
  if (!NAME.test(name))
    throw new AgentError('invalid_argument', `The secret ${JSON.stringify(name)}: a name has 1 to 64 of a-z, A-Z, 0-9, _, . and -`)
  const why =
    value.length < SHORTEST
      ? `has ${value.length} characters; fewer than ${SHORTEST} cannot be told from ordinary text`
      : new Set(value).size < 3
        ? 'has only one or two different characters, and cannot be told from ordinary text'
        : names.map(placeholder).some((text) => text.includes(value))
          ? 'is part of the words that secrets are replaced with'
          : undefined
  if (why !== undefined)
    throw new AgentError('invalid_argument', `The value of the secret '${name}' ${why}. Give it another value, or leave it out`)
}

/** Offers variables of an environment as references: those that are named, under their names. */
export function environmentSecrets(environment: Readonly<Record<string, string | undefined>>, names: readonly string[]): SecretResolver {
  const values = Object.fromEntries(names.map((name) => [name, environment[name]]))
  return { names, values, resolve: (name) => (Object.hasOwn(values, name) ? values[name] : undefined) }
}
