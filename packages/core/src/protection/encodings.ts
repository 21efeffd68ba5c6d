/** The ways in which a secret may be written. */

/** A text to look for. `wraps`: line ends may stand in it. */
export type Encoding = { readonly text: string; readonly wraps: boolean }

/** Shorter ones would be found everywhere. */
const SHORTEST = 6
/** A line of a longer secret that is a secret by itself. */
const SHORTEST_LINE = 16

export function encodingsOf(value: string): readonly Encoding[] {
  const lines = value.includes('\n') ? value.split(/\r?\n/).filter((line) => line.trim().length >= SHORTEST_LINE) : []
  // As `echo $SECRET` shows it, and with its line ends taken out.
  const joined = value.includes('\n')
    ? [value.trim().replace(/\r?\n/g, ' '), value.trim().replace(/\s+/g, ' '), value.replace(/\r?\n/g, '').trim()]
    : []
  const plain = new Set([value, value.trim(), ...joined, ...lines.map((line) => line.trim())].flatMap((text) => [text, ...escaped(text)]))
  const bytes = new TextEncoder().encode(value)
  const encoded = new Set(base64Cores(bytes).flatMap((core) => [core, core.replaceAll('+', '-').replaceAll('/', '_')]))
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return [
    ...[...plain, hex, hex.toUpperCase()].map((text) => ({ text, wraps: false })),
    ...[...encoded].map((text) => ({ text, wraps: true })),
  ].filter(({ text }) => text.length >= SHORTEST)
}

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1)

function escaped(text: string): readonly string[] {
  const json = inJson(text)
  return [
    json,
    json.replaceAll('/', '\\/'),
    inJson(json),
    inJson(inJson(json)), // arguments that are text, with JSON in JSON in them
    ...IN_JSON.flatMap((which) => unicodeEscaped(text, which)),
    text.replaceAll('\n', '\r\n'),
    ...urlEscaped(text).flatMap((each) => [each, each.replace(/%[\dA-F]{2}/g, (code) => code.toLowerCase())]),
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
  ]
}

/** What writers of JSON escape by number: what is not ASCII, what means something in HTML (Go), both and more (.NET), all. */
const IN_JSON: readonly RegExp[] = [/[^\0-~]/g, /[<>&]/g, /[<>&]|[^\0-~]/g, /[<>&'"+`]|[^\0-~]/g, /[^]/g]

const number = (character: string): string => character.charCodeAt(0).toString(16).padStart(4, '0')

function unicodeEscaped(text: string, which: RegExp): readonly string[] {
  // Those that are escaped by number stay out of what JSON escapes by itself.
  const parts = text.split(new RegExp(`(${which.source})`))
  const written = (upper: boolean): string =>
    parts.map((part, index) => (index % 2 === 0 ? inJson(part) : `\\u${upper ? number(part).toUpperCase() : number(part)}`)).join('')
  const [lower, upper] = [written(false), written(true)]
  return [lower, upper, lower.replaceAll('/', '\\/')]
}

/** What encoders for addresses leave as it is beside letters and digits: JavaScript, RFC 3986, forms, older PHP, nobody. */
const LEFT_IN_URLS: readonly RegExp[] = [/[\w.!~*'()-]/, /[\w.~-]/, /[\w.*-]/, /[\w.-]/, /(?!)/]

function urlEscaped(text: string): readonly string[] {
  const whole = text.toWellFormed()
  const leaving = LEFT_IN_URLS.map((left) => Array.from(whole, (one) => (left.test(one) ? one : percent(one))).join(''))
  const all = [...leaving, encodeURI(whole)]
  // Some leave slashes too, and in forms a space is a plus.
  return [...all, ...all.map((each) => each.replaceAll('%2F', '/'))].flatMap((each) => [each, each.replaceAll('%20', '+')])
}

const percent = (text: string): string =>
  Array.from(new TextEncoder().encode(text), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')

/** What base64 makes of the bytes wherever they stand in what is encoded: the characters that depend on nothing but them. */
function base64Cores(bytes: Uint8Array): readonly string[] {
  return [0, 1, 2].map((before) => {
    const text = base64(Uint8Array.of(...new Uint8Array(before), ...bytes))
    return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6))
  })
}

const base64 = (bytes: Uint8Array): string => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
