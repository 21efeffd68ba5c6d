/** The suite that every session store has to pass. */
import type { SessionStore } from '../ports/session-store.ts'
import type { Suite } from './conformance.ts'
import { appendCases } from './session-store-append-cases.ts'
import { keyCases } from './session-store-key-cases.ts'
import { replaceCases } from './session-store-replace-cases.ts'
import { readCases } from './session-store-read-cases.ts'

/** Give it a fresh, empty store for each case. */
export const sessionStoreSuite: Suite<SessionStore> = {
  seam: 'SessionStore',
  cases: [...appendCases, ...readCases, ...keyCases, ...replaceCases],
}
