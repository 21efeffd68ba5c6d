/** Ways to break the promises of `replace`. */
import type { SessionStore } from '../ports/session-store.ts'

type Replace = Required<SessionStore>['replace']
type BrokenReplace = (replace: Replace, store: SessionStore) => Replace

export const appends: BrokenReplace =
  (_, store) =>
  async (key, _offset, { record }) => {
    let expected = 0
    for await (const { offset } of store.read(key)) expected = offset + 1
    await store.append(key, [record], { expected })
  }

export const cuts: BrokenReplace =
  (replace) =>
  (key, offset, { expected, record }) =>
    replace(key, offset, { expected, record: record.slice(0, expected.length) })

export const unchecked: BrokenReplace =
  (replace, store) =>
  async (key, offset, { record }) => {
    for await (const { record: expected } of store.read(key, { from: offset })) return replace(key, offset, { expected, record })
  }
