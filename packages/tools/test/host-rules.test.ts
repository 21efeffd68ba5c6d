/** Which hosts a pattern stands for. */
import { expect, test } from 'vitest'
import { isAllowedHost } from '../src/sandbox/host-rules.ts'

test.each([
  ['example.com', 'example.com', 443, true],
  ['example.com', 'EXAMPLE.com.', 80, true],
  ['example.com', 'www.example.com', 443, false],
  ['example.com', 'example.com.evil.org', 443, false],
  ['example.com', 'evil-example.com', 443, false],
  ['example.com', 'example.com', 22, false],
  ['*.example.com', 'a.b.example.com', 443, true],
  ['*.example.com', 'example.com', 443, false],
  ['*.example.com', 'evilexample.com', 443, false],
  ['example.com:8443', 'example.com', 8443, true],
  ['example.com:8443', 'example.com', 443, false],
])('%s and %s:%i: %s', (...[pattern, host, port, allowed]) => {
  expect(isAllowedHost([pattern], host, port)).toBe(allowed)
})
