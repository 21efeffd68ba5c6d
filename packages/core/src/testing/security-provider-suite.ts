/** The promises of the security seam as data: run it against your provider with `runConformance`. */
import type { SecurityProvider } from '../ports/security-provider.ts'
import { neverAborted, within } from './agent-executor-fixtures.ts'
import { assert, assertEqual } from './assert.ts'
import type { Case, Suite } from './conformance.ts'

/** What the suite judges: a way to a provider that hides these values, and offers those. */
export interface SecuritySubject {
  hiding(
    values: Readonly<Record<string, string>>,
    offered?: (name: string, signal: AbortSignal) => Promise<string | undefined>,
  ): SecurityProvider | Promise<SecurityProvider>
}

const KEY = 'mQ7+vT/2xZ"8\\é w0Lk4'
const OTHER = 'Rw5tY8uI0pLz3'
const PLACE = '[redacted:KEY]'
const ORDINARY = 'An ordinary text — é😀, "quotes", \\ and\r\n\tlines; mQ7, [redacted:what], secret://KEY. '

const escapedOnce = (text: string): string => JSON.stringify(text).slice(1, -1)

/** Bytes in base64, behind some others. */
function base64(text: string, before: number): string {
  const bytes = new TextEncoder().encode(`${'~'.repeat(before)}${text}~~~`)
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}

/** The part of it that says what the secret is. */
const core = (text: string, before: number): string => base64(text, before).slice(Math.ceil((before * 4) / 3) + 1, -6)

const hex = (text: string): string => Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, '0')).join('')

/** Pieces of so many characters. */
const cut = (text: string, size: number): readonly string[] =>
  Array.from({ length: Math.ceil(text.length / size) }, (_, index) => text.slice(index * size, (index + 1) * size))

const through = (provider: SecurityProvider, pieces: readonly string[]): string => {
  const tap = provider.tap()
  return pieces.map((piece) => tap.push(piece)).join('') + tap.end()
}

const redacting: readonly Case<SecuritySubject>[] = [
  {
    id: 'security.redact',
    title: 'where a secret stood stands its replacement, wherever it stood',
    async run({ hiding }) {
      const provider = await hiding({ KEY, OTHER })
      for (const [text, expected] of [
        [KEY, PLACE],
        [`a${KEY}b${KEY}${KEY}`, `a${PLACE}b${PLACE}${PLACE}`],
        [`x ${OTHER}\n${KEY}`, `x [redacted:OTHER]\n${PLACE}`],
        [`mQ7+vT/${KEY}`, `mQ7+vT/${PLACE}`],
      ] as const)
        assertEqual(provider.redact(text), expected, JSON.stringify(text))
    },
  },
  {
    id: 'security.overlap',
    title: 'of secrets that overlap nothing is left',
    async run({ hiding }) {
      const provider = await hiding({ FIRST: 'abc-DEF-ghi-JKL', SECOND: 'ghi-JKL-mno-PQR', WITHIN: 'DEF-ghi-J' })
      const left = provider.redact('<abc-DEF-ghi-JKL-mno-PQR>')
      assert(left.startsWith('<[redacted:') && left.endsWith(']>'), `more is left than a replacement: ${left}`)
      assert(!/abc|DEF|ghi|JKL|mno|PQR/.test(left), `a part is left: ${left}`)
    },
  },
  {
    id: 'security.encoded',
    title: 'it is found in base64 at any offset, URL- and JSON-escaped, and in hexadecimal',
    async run({ hiding }) {
      const provider = await hiding({ KEY })
      const written: Readonly<Record<string, string>> = {
        json: escapedOnce(KEY),
        'json in json': escapedOnce(escapedOnce(KEY)),
        url: encodeURIComponent(KEY),
        form: encodeURIComponent(KEY).replaceAll('%20', '+'),
        hex: hex(KEY),
        HEX: hex(KEY).toUpperCase(),
      }
      for (const [how, text] of Object.entries(written)) assertEqual(provider.redact(`<${text}>`), `<${PLACE}>`, how)
      for (const before of [0, 1, 2, 3]) {
        const text = base64(KEY, before)
        const url = text.replaceAll('+', '-').replaceAll('/', '_')
        assert(!provider.redact(text).includes(core(KEY, before)), `base64 behind ${before} bytes is left`)
        assert(provider.redact(url).includes(PLACE), `base64 for URLs behind ${before} bytes is left`)
        assert(provider.redact(text.replace(/.{11}/g, '$&\n')).includes(PLACE), `base64 in lines behind ${before} bytes is left`)
      }
    },
  },
  {
    id: 'security.stable',
    title: 'the same secret has the same replacement, every time and in every provider',
    async run({ hiding }) {
      const [one, two] = [await hiding({ KEY }), await hiding({ OTHER, KEY })]
      for (const provider of [one, two, one]) assertEqual(provider.redact(`a ${KEY}`), `a ${PLACE}`, 'the text')
    },
  },
  {
    id: 'security.twice',
    title: 'redacting what was redacted changes nothing',
    async run({ hiding }) {
      const provider = await hiding({ KEY, EDACTE: OTHER })
      const once = provider.redact(`${KEY} ${OTHER} https://${KEY}:${OTHER}@host ${base64(KEY, 1)}`)
      assertEqual(provider.redact(once), once, 'the second time')
    },
  },
  {
    id: 'security.verbatim',
    title: 'a text without secrets stays as it is, whole and in pieces',
    async run({ hiding }) {
      const provider = await hiding({ KEY })
      for (const text of ['', 'm', KEY.slice(0, -1), KEY.slice(1), KEY.toLowerCase(), ORDINARY.repeat(50), 'a\0\ud800b']) {
        assertEqual(provider.redact(text), text, 'the text')
        assertEqual(through(provider, cut(text, 3)), text, 'the pieces')
      }
    },
  },
]

const streaming: readonly Case<SecuritySubject>[] = [
  {
    id: 'security.pieces',
    title: 'however a text is cut, what comes out adds up to the redacted whole',
    async run({ hiding }) {
      const provider = await hiding({ KEY, OTHER })
      const text = `${KEY} and ${KEY.slice(0, 9)}${KEY} ${base64(KEY, 2)} ${escapedOnce(KEY)}${OTHER}${OTHER} mQ7+vT/2`
      const whole = provider.redact(text)
      for (let size = 1; size <= text.length; size++) assertEqual(through(provider, cut(text, size)), whole, `in pieces of ${size}`)
    },
  },
  {
    id: 'security.prompt',
    title: 'a tap shows at once what can be no beginning of a secret, and the rest at the end',
    async run({ hiding }) {
      const provider = await hiding({ KEY })
      const tap = provider.tap()
      const text = ORDINARY.repeat(20)
      const shown = tap.push(text)
      assert(text.startsWith(shown) && shown.length > text.length - 16, `${text.length - shown.length} characters are held back`)
      const begun = tap.push(KEY.slice(0, 8))
      assert(!begun.includes(KEY.slice(0, 8)), 'the beginning of a secret was shown')
      assertEqual(shown + begun + tap.end(), text + KEY.slice(0, 8), 'all of it')
    },
  },
  {
    id: 'security.taps',
    title: 'two taps do not mix',
    async run({ hiding }) {
      const provider = await hiding({ KEY })
      const [one, two] = [provider.tap(), provider.tap()]
      const shown = ['', '']
      for (const character of KEY) {
        shown[0] += one.push(character)
        shown[1] += two.push(`-${character}`)
      }
      assertEqual([shown[0] + one.end(), shown[1] + two.end()], [PLACE, Array.from(KEY, (each) => `-${each}`).join('')], 'the two texts')
    },
  },
]

const resolving: readonly Case<SecuritySubject>[] = [
  {
    id: 'security.resolve',
    title: 'what is offered under a name is given to the letter, and its name can be told to models',
    async run({ hiding }) {
      const provider = await hiding({}, async (name) => (name === 'OFFERED' ? KEY : undefined))
      assertEqual(provider.names, ['OFFERED'], 'the names')
      assertEqual(await provider.resolve('OFFERED', { tool: 'bash', signal: neverAborted() }), KEY, 'the secret')
    },
  },
  {
    id: 'security.unknown',
    title: 'a name that is not offered gives undefined, also that of a value that is only hidden',
    async run({ hiding }) {
      const provider = await hiding({ KEY }, async (name) => (name === 'OFFERED' ? OTHER : undefined))
      for (const name of ['KEY', 'offered', '', 'constructor', '__proto__'])
        assertEqual(await provider.resolve(name, { tool: 'bash', signal: neverAborted() }), undefined, JSON.stringify(name))
    },
  },
  {
    id: 'security.learned',
    title: 'what was given is a secret from then on, also for a tap that is under way',
    async run({ hiding }) {
      const provider = await hiding({}, async () => KEY)
      const tap = provider.tap()
      const before = tap.push('begun: ')
      await provider.resolve('OFFERED', { tool: 'bash', signal: neverAborted() })
      assertEqual(provider.redact(`a ${KEY}`), 'a [redacted:OFFERED]', 'a text')
      assertEqual(before + tap.push(`${KEY}.`) + tap.end(), 'begun: [redacted:OFFERED].', 'a tap')
    },
  },
  {
    id: 'security.cancel',
    title: 'when the signal fires it stops promptly with its reason, also before it asked anybody',
    async run({ hiding }) {
      let asked = 0
      const provider = await hiding(
        {},
        (_, signal) => (asked++, new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('late'))))),
      )
      const reason = new Error('enough')
      const stopped = async (signal: AbortSignal): Promise<unknown> =>
        within(
          provider.resolve('OFFERED', { tool: 'bash', signal }).then(
            () => 'a secret',
            (error: unknown) => error,
          ),
          'resolve',
        )
      assertEqual(await stopped(AbortSignal.abort(reason)), reason, 'before')
      assertEqual(asked, 0, 'how often it asked')
      const control = new AbortController()
      const pending = stopped(control.signal)
      control.abort(reason)
      assertEqual(await pending, reason, 'in the middle')
    },
  },
]

export const securityProviderSuite: Suite<SecuritySubject> = { seam: 'SecurityProvider', cases: [...redacting, ...streaming, ...resolving] }
