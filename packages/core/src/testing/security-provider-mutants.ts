/** Security providers that break one promise each: the suite has to reject every one. */
import type { SecurityProvider } from '../ports/security-provider.ts'
import { knownSecrets } from '../protection/known-secrets.ts'
import type { Candidate } from './conformance.ts'
import type { SecuritySubject } from './security-provider-suite.ts'

export type SecurityMutant = Candidate<SecuritySubject> & {
  /** The case that has to fail. */
  readonly killedBy: string
}

/** The one that comes with the house. */
export const knownSecretsSubject = (): SecuritySubject => ({
  hiding: (values, offered) =>
    knownSecrets({
      values,
      ...(offered && { references: { names: ['OFFERED'], resolve: (name, { signal }) => offered(name, signal) } }),
    }),
})

type Break = (good: SecurityProvider, values: Readonly<Record<string, string>>) => Partial<SecurityProvider>

const mutant = (name: string, killedBy: string, broken: Break): SecurityMutant => ({
  name,
  killedBy,
  create: () => ({
    async hiding(values, offered) {
      const good = await knownSecretsSubject().hiding(values, offered)
      return { ...good, ...broken(good, values) }
    },
  }),
})

/** Replaces in a text as it stands, once or everywhere. */
const plainly = (values: Readonly<Record<string, string>>, text: string): string =>
  Object.entries(values).reduce((left, [name, value]) => left.replaceAll(value, `[redacted:${name}]`), text)

/** Each is killed by the case that it names, and every case of the suite kills at least one. */
export const securityProviderMutants: readonly SecurityMutant[] = [
  mutant('replaces the first occurrence only', 'security.redact', (good, values) => ({
    redact: (text) => Object.entries(values).reduce((left, [name, value]) => left.replace(value, `[redacted:${name}]`), text),
  })),
  mutant('replaces one secret after the other', 'security.overlap', (_, values) => ({ redact: (text) => plainly(values, text) })),
  mutant('knows secrets as they are only', 'security.encoded', (_, values) => ({ redact: (text) => plainly(values, text) })),
  mutant('numbers its replacements', 'security.stable', (good) => {
    let serial = 0
    return { redact: (text) => good.redact(text).replaceAll(/redacted:\w+/g, () => `redacted:${++serial}`) }
  }),
  mutant('marks its replacements again', 'security.twice', (good) => ({
    redact: (text) => good.redact(text.replaceAll('[redacted:KEY]', '[redacted:[redacted:KEY]]')),
  })),
  mutant('brings texts into one form', 'security.verbatim', (good) => ({ redact: (text) => good.redact(text).replaceAll('\r\n', '\n') })),
  mutant('looks at each piece alone', 'security.pieces', (good) => ({
    tap: () => ({ push: (piece) => good.redact(piece), end: () => '' }),
  })),
  mutant('holds everything back', 'security.prompt', (good) => ({
    tap() {
      let text = ''
      return { push: (piece) => ((text += piece), ''), end: () => good.redact(text) }
    },
  })),
  mutant('loses what it holds back', 'security.prompt', (good) => ({
    tap() {
      const tap = good.tap()
      return { push: (piece) => tap.push(piece), end: () => '' }
    },
  })),
  mutant('has one tap for all', 'security.taps', (good) => {
    const tap = good.tap()
    return { tap: () => tap }
  }),
  mutant('trims what it gives', 'security.resolve', (good) => ({
    resolve: async (name, options) => (await good.resolve(name, options))?.replaceAll('"', ''),
  })),
  mutant('tells nobody of its names', 'security.resolve', () => ({ names: [] })),
  mutant('gives what is only hidden', 'security.unknown', (good, values) => ({
    resolve: async (name, options) => values[name] ?? good.resolve(name, options),
  })),
  mutant('forgets what it gave', 'security.learned', () => {
    const other = knownSecrets()
    return { redact: (text) => other.redact(text), tap: () => other.tap() }
  }),
  mutant('never stops', 'security.cancel', (good) => ({
    resolve: (name, { tool }) => good.resolve(name, { tool, signal: new AbortController().signal }),
  })),
]
