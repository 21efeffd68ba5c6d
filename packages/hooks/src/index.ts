/** The public door of @seamfold/hooks. */
export { combineHooks, type CombinedHooks, type OrderedHooks } from './combine-hooks.ts'
export { commandHooks, type CommandHooksOptions } from './command-hooks.ts'
export { readHookDepth } from './depth.ts'
export { httpHooks, type HttpHooksOptions } from './http-hooks.ts'
export type { HookMatch } from './match.ts'
export { verifyHookSignature, type SignedBody } from './signature.ts'
