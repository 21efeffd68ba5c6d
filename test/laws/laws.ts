/** The laws: where the tests of each stand, and the mutants that these tests must notice. */
import { CHOKE_POINT_MUTANTS } from './choke-point-mutants.ts'
import { HOOK_ADAPTER_MUTANTS, HOOK_MUTANTS } from './hooks-mutants.ts'
import type { Mutant } from './mutant.ts'
import { ORDER_MUTANTS } from './order-mutants.ts'

export type Law = 'choke-point' | 'order' | 'hooks' | 'hook-adapters'

export const LAWS: Readonly<Record<Law, { readonly tests: readonly string[]; readonly mutants: readonly Mutant[] }>> = {
  'choke-point': { tests: ['test/laws/choke-point.test.ts'], mutants: CHOKE_POINT_MUTANTS },
  order: { tests: ['test/laws/order.test.ts'], mutants: ORDER_MUTANTS },
  hooks: { tests: ['packages/core/test/middleware/hooks'], mutants: HOOK_MUTANTS },
  'hook-adapters': {
    tests: ['packages/hooks/test/combine', 'packages/hooks/test/command', 'packages/hooks/test/http'],
    mutants: HOOK_ADAPTER_MUTANTS,
  },
}
