/** A policy that lets through what only looks. */
import type { PermissionPolicy } from '../model/permission-policy.ts'
import { policy } from '../model/policy.ts'

/** Allows reads, files and network alike, and what touches nothing; denies the rest. Commands are denied too, or asked for. */
export const readOnlyPolicy = ({ commands = 'deny' }: { readonly commands?: 'deny' | 'ask' } = {}): PermissionPolicy => {
  const exec = { access: 'exec' } as const
  const never = (['write', 'agent', 'other'] as const).map((access) => ({ deny: { access } }))
  return policy({ rules: [...never, commands === 'ask' ? { ask: exec } : { deny: exec }], default: 'allow' })
}
