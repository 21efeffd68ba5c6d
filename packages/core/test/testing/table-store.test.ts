/** The store that the guide shows keeps every promise, and the guide shows exactly that store. */
import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { runConformance } from '../../src/testing/conformance.ts'
import { sessionStoreSuite } from '../../src/testing/session-store-suite.ts'
import { tableStore } from './table-store.ts'

const create = () => tableStore(new DatabaseSync(':memory:'))
runConformance(sessionStoreSuite, { name: 'tableStore', create, heavy: true }, { describe, test })

test('docs/write-a-store.md shows it as it is', () => {
  const guide = readFileSync(new URL('../../../../docs/write-a-store.md', import.meta.url), 'utf8')
  const shown = readFileSync(new URL('./table-store.ts', import.meta.url), 'utf8')
  expect(guide).toContain(`\`\`\`ts\n${shown}\`\`\`\n`)
})
