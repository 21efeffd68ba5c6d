/** The ways in which a secret may be written. */

/** A text to look for. `wraps`: line ends may stand in it. */
export type Encoding = { readonly text: string; readonly wraps: boolean }

/** Shorter ones would be found everywhere. */
const SHORTEST = 6
/** A line of a longer secret that is a secret by itself. */
const SHORTEST_LINE = 16

export function encodingsOf(value: string): readonly Encoding[] {
  const lines = value.includes('\n') ? value.split(/\r?\n/).filter((line) => line.trim().length >= SHORTEST_LINE) : []
  const plain = new Set([value, value.trim(), ...lines.map((line) => line.trim())].flatMap((text) => [text, ...escaped(text)]))
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
  const url = urlEscaped(text)
  const json = inJson(text)
  return [
    json,
    json.replaceAll('/', '\\/'),
    inJson(json),
    inJson(inJson(json)), // arguments that are text, with JSON in JSON in them
    json.replace(/[^\0-~]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`),
    text.replaceAll('\n', '\r\n'),
    ...url.flatMap((each) => [each, each.replace(/%[\dA-F]{2}/g, (code) => code.toLowerCase())]),
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
  ]
}

function urlEscaped(text: string): readonly string[] {
  const whole = text.toWellFormed()
  const component = encodeURIComponent(whole)
  const strict = component.replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
  return [component, strict, encodeURI(whole)].flatMap((each) => [each, each.replaceAll('%20', '+')])
}

/** What base64 makes of the bytes wherever they stand in what is encoded: the characters that depend on nothing but them. */
function base64Cores(bytes: Uint8Array): readonly string[] {
  return [0, 1, 2].map((before) => {
    const text = base64(Uint8Array.of(...new Uint8Array(before), ...bytes))
    return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6))
  })
}

const base64 = (bytes: Uint8Array): string => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
