/** Ways to break the promises of `replace`. */
import type { SessionStore } from '../ports/session-store.ts'

type Replace = Required<SessionStore>['replace']
type BrokenReplace = (replace: Replace, store: SessionStore) => Replace

export const appends: BrokenReplace = (_, store) => async (key, changes) => {
  let expected = 0
  for await (const { offset } of store.read(key)) expected = offset + 1
  await store.append(
    key,
    changes.map(({ record }) => record),
    { expected },
  )
}

export const cuts: BrokenReplace = (replace) => (key, changes) =>
  replace(
    key,
    changes.map((change) => ({ ...change, record: change.record.slice(0, change.expected.length) })),
  )

export const firstOnly: BrokenReplace = (replace) => (key, changes) => replace(key, changes.slice(0, 1))

export const oneByOne: BrokenReplace = (replace) => async (key, changes) => {
  for (const change of changes) await replace(key, [change])
}

export const unchecked: BrokenReplace = (replace, store) => async (key, changes) => {
  for (const { offset, record } of changes) {
    for await (const { record: expected } of store.read(key, { from: offset })) {
      await replace(key, [{ offset, expected, record }])
      break
    }
  }
}
