/** Every line of a storage port's Contract has its case, and every case its line. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { blobStoreSuite } from '../../src/testing/blob-store-suite.ts'
import { leaseStoreSuite } from '../../src/testing/lease-store-suite.ts'
import { sessionStoreSuite } from '../../src/testing/session-store-suite.ts'
import { sharedStoreSuite } from '../../src/testing/shared-store-suite.ts'
import { watchStoreSuite } from '../../src/testing/watch-store-suite.ts'

const citedIn = (port: string): string[] => {
  const text = readFileSync(new URL(`../../src/ports/${port}.ts`, import.meta.url), 'utf8')
  return [...text.matchAll(/\[(\w+\.\w+)\]/g)].map(([, id]) => id ?? '').toSorted()
}
const idsOf = (...suites: readonly { readonly cases: readonly { readonly id: string }[] }[]): string[] =>
  suites.flatMap(({ cases }) => cases.map(({ id }) => id)).toSorted()

test('the session store', () => {
  expect(citedIn('session-store')).toEqual(idsOf(sessionStoreSuite, sharedStoreSuite))
})

test('the lease store', () => {
  expect(citedIn('lease-store')).toEqual(idsOf(leaseStoreSuite))
})

test('the watch store', () => {
  expect(citedIn('watch-store')).toEqual(idsOf(watchStoreSuite))
})

test('the blob store', () => {
  expect(citedIn('blob-store')).toEqual(idsOf(blobStoreSuite))
})
