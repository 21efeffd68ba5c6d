/** Appends that break one promise each. */
import { AgentError } from '../base/errors.ts'
import type { SessionStore } from '../ports/session-store.ts'
import { collectAll } from './assert.ts'
import type { Append, BrokenAppend } from './store-mutation.ts'

export function oneByOne(append: Append): Append {
  return async (key, records, { expected, ...rest }) => {
    if (records.length === 0) await append(key, records, { expected, ...rest })
    for (const [index, record] of records.entries()) {
      await append(key, [record], { expected: expected + index, ...rest })
      await new Promise((resolve) => setTimeout(resolve))
    }
  }
}

async function lengthOf(store: SessionStore, key: string): Promise<number> {
  return (await collectAll(store.read(key))).length
}

export function atTheEnd(append: Append, store: SessionStore): Append {
  return async (key, records, options) => append(key, records, { ...options, expected: await lengthOf(store, key) })
}

export function clampedToLength(append: Append, store: SessionStore): Append {
  return async (key, records, options) =>
    append(key, records, { ...options, expected: Math.min(options.expected, await lengthOf(store, key)) })
}

export function checkThenAct(append: Append, store: SessionStore): Append {
  return async (key, records, options) => {
    if ((await lengthOf(store, key)) !== options.expected) throw new AgentError('store_conflict', 'Someone else appended first')
    await new Promise((resolve) => setTimeout(resolve))
    await atTheEnd(append, store)(key, records, options)
  }
}

export function withPlainErrors(append: Append): Append {
  return (key, records, options) =>
    append(key, records, options).catch((error: unknown) => {
      throw new Error('UNIQUE constraint failed', { cause: error })
    })
}

export function groupsShareFate(): BrokenAppend {
  let group: Promise<void>[] = []
  return (append) => async (key, records, options) => {
    const shared = group
    shared.push(append(key, records, options))
    await Promise.resolve()
    group = []
    await Promise.all(shared)
  }
}

/** As storage with a limit per request tempts one to. */
export function inPieces(append: Append, store: SessionStore): Append {
  return async (key, records, options) => {
    if (records.length <= 500) return append(key, records, options)
    for (let start = 0; start < records.length; start += 500) await atTheEnd(append, store)(key, records.slice(start, start + 500), options)
  }
}

/** Succeeds without a word where the same records were appended last, at any length or at the same one. */
export function sameIsRetry(atSameLength: boolean): BrokenAppend {
  return (append) => {
    const batches = new Map<string, string>()
    return async (key, records, options) => {
      const batch = JSON.stringify([atSameLength ? options.expected : 0, records])
      if (records.length > 0 && batches.get(key) === batch) return
      await append(key, records, options)
      batches.set(key, batch)
    }
  }
}

export function skipEmpty(append: Append): Append {
  return async (key, records, options) => {
    if (records.length > 0) await append(key, records, options)
  }
}

export function syncOverrides(append: Append, store: SessionStore): Append {
  return (key, records, options) => (options.sync === true ? atTheEnd(append, store)(key, records, options) : append(key, records, options))
}

export function readsLater(append: Append): Append {
  return async (key, records, options) => {
    await Promise.resolve()
    await append(key, records, options)
  }
}

export function withoutSignal(append: Append): Append {
  return (key, records, { expected, sync = false }) => append(key, records, { expected, sync })
}

export function signalTooLate(append: Append): Append {
  return async (key, records, options) => {
    options.signal?.throwIfAborted()
    await withoutSignal(append)(key, records, options)
    options.signal?.throwIfAborted()
  }
}
