/** `dataProtection(…)`: what an agent needs to keep secrets to itself. */
import { present } from '../base/present.ts'
import type { Middleware } from '../loop/middleware.ts'
import type { HookExecutor } from '../ports/hook-executor.ts'
import type { SecurityProvider } from '../ports/security-provider.ts'
import { knownSecrets, type KnownSecretsOptions } from './known-secrets.ts'
import { type Protect, protector } from './protector.ts'
import { protectionStages } from './stages.ts'

/** Give it to `createAgent` and `openSession` as `security`. */
export interface DataProtection {
  readonly contract: 1
  readonly provider: SecurityProvider
  /** The same data without secrets; the same value where it holds none. */
  readonly protect: Protect
  readonly middleware: readonly Middleware[]
  /** The hooks, told everything without secrets. */
  hooks(executor: HookExecutor): HookExecutor
}

/**
 * Keeps secrets out of requests to models, journals, artifacts, hooks and events; gives those that are offered to the tools that take
 * them. Takes a provider of your own in place of options. Throws `invalid_argument` as `knownSecrets` does.
 */
export function dataProtection(given: KnownSecretsOptions | SecurityProvider = {}): DataProtection {
  const provider = 'contract' in given ? given : knownSecrets(given)
  const protect = protector((text) => provider.redact(text))
  return {
    contract: 1,
    provider,
    protect,
    middleware: protectionStages(provider, protect),
    hooks: (executor) => ({
      contract: 1,
      ...present({ hears: executor.hears }),
      fire: (event, options) => executor.fire(protect(event), options),
    }),
  }
}
