/** Secrets as programs of several languages write them into addresses and JSON: all are found. */
import { expect, test } from 'vitest'
import { knownSecrets } from '../../src/protection/known-secrets.ts'

const SECRET = `a/b+c==d~e!f*g('h')&i<j>k %"é`

/** Written down as these programs print it. */
const WRITTEN: Readonly<Record<string, string>> = {
  encodeURIComponent: `a%2Fb%2Bc%3D%3Dd~e!f*g('h')%26i%3Cj%3Ek%20%25%22%C3%A9`,
  URLSearchParams: `a%2Fb%2Bc%3D%3Dd%7Ee%21f*g%28%27h%27%29%26i%3Cj%3Ek+%25%22%C3%A9`,
  'quote of Python, which leaves slashes': `a/b%2Bc%3D%3Dd~e%21f%2Ag%28%27h%27%29%26i%3Cj%3Ek%20%25%22%C3%A9`,
  'quote_plus of Python': `a%2Fb%2Bc%3D%3Dd~e%21f%2Ag%28%27h%27%29%26i%3Cj%3Ek+%25%22%C3%A9`,
  'urlencode of older PHP': `a%2Fb%2Bc%3D%3Dd%7Ee%21f%2Ag%28%27h%27%29%26i%3Cj%3Ek+%25%22%C3%A9`,
  'in small letters': `a%2fb%2bc%3d%3dd~e%21f%2ag%28%27h%27%29%26i%3cj%3ek%20%25%22%c3%a9`,
  'every byte': Array.from(new TextEncoder().encode(SECRET), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  'JSON of Go': String.raw`a/b+c==d~e!f*g('h')\u0026i\u003cj\u003ek %\"é`,
  'JSON of .NET': String.raw`a/b\u002Bc==d~e!f*g(\u0027h\u0027)\u0026i\u003Cj\u003Ek %\u0022\u00E9`,
  'JSON of PHP': String.raw`a\/b+c==d~e!f*g('h')&i<j>k %\"\u00e9`,
  'JSON with every character escaped': Array.from(SECRET, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
}

const { redact, tap } = knownSecrets({ values: { KEY: SECRET } })

test.each(Object.entries(WRITTEN))('%s', (_, written) => {
  expect(redact(`x=${written};`)).toBe('x=[redacted:KEY];')
  const stream = tap()
  expect(`${[...`x=${written};`].map((one) => stream.push(one)).join('')}${stream.end()}`).toBe('x=[redacted:KEY];')
})

test('texts without it stay as they are', () => {
  const text = `a/b+c==d ${WRITTEN.encodeURIComponent?.slice(0, -3)}`
  expect(redact(text)).toBe(text)
})
