/** A policy that lets through what only looks. */
import { type PermissionPolicy, policy } from '../model/policy.ts'

/** Allows reads, files and network alike, and what touches nothing; denies the rest. Commands are denied too, or asked for. */
export const readOnlyPolicy = ({ commands = 'deny' }: { readonly commands?: 'deny' | 'ask' } = {}): PermissionPolicy => {
  const judge = policy({ default: ({ kind }) => (kind === 'read' || kind === 'net' ? 'allow' : kind === 'exec' ? commands : 'deny') })
  return { ...judge, describe: () => `read-only, commands: ${commands}` }
}
