/** Tools whose effects are counted beside the store, one for each class of effect. */
import { type Tool, tool } from '@seamfold/core'
import type { CrashWorld } from '@seamfold/core/testing/node'

/** Like a payment that nobody can ask about. */
export const unsafeTool = ({ effects, point }: CrashWorld, name = 'pay'): Tool =>
  tool({
    name,
    description: 'Pays once for every time that it runs.',
    access: () => [{ kind: 'net', host: `${name}.example.com` }],
    effect: 'unsafe',
    execute: async (_, { idempotencyKey }) => {
      await nextTick()
      effects.happen(idempotencyKey)
      point(`right after the effect of ${name}`)
      return `paid by ${name}`
    },
  })

/** Like a payment whose account can be looked at afterwards. */
export const probedTool = ({ effects, point }: CrashWorld, name = 'transfer'): Tool =>
  tool({
    name,
    description: 'Transfers once for every time that it runs, and can look whether it has.',
    access: () => [{ kind: 'net', host: `${name}.example.com` }],
    effect: 'unsafe',
    probe: (_, { idempotencyKey }) =>
      Promise.resolve(effects.count(idempotencyKey) > 0 ? { state: 'done', result: 'transferred' } : { state: 'not_started' }),
    execute: async (_, { idempotencyKey }) => {
      await nextTick()
      effects.happen(idempotencyKey)
      point(`right after the effect of ${name}`)
      return 'transferred'
    },
  })

/** Like a service that knows idempotency keys. */
export const keyedTool = ({ effects, point }: CrashWorld, name = 'order'): Tool =>
  tool({
    name,
    description: 'Orders once under each key.',
    access: () => [{ kind: 'net', host: `${name}.example.com` }],
    effect: 'keyed',
    execute: async (_, { idempotencyKey }) => {
      await nextTick()
      effects.once(idempotencyKey)
      point(`right after the effect of ${name}`)
      return 'ordered'
    },
  })

/** Like writing a file: twice is as once. */
export const idempotentTool = ({ effects, point }: CrashWorld, name = 'store'): Tool =>
  tool({
    name,
    description: 'Stores; twice is as once.',
    access: () => [{ kind: 'write', path: name }],
    effect: 'idempotent',
    execute: async (_, { idempotencyKey }) => {
      await nextTick()
      effects.happen(idempotencyKey)
      point(`right after the effect of ${name}`)
      return 'stored'
    },
  })

/** Changes nothing. */
export const lookTool = (name = 'look'): Tool =>
  tool({ name, description: 'Looks.', readOnly: true, execute: () => Promise.resolve('seen') })

const nextTick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
