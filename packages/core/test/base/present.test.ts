/** What is left out of an object, and when a callback of a signal comes. */
import { expect, test } from 'vitest'
import { present } from '../../src/base/present.ts'
import { childSignal, onAbort, orAborted } from '../../src/base/signals.ts'

test('what is undefined is left out, and everything else is kept in its order', () => {
  const some: { a?: number | undefined; b: null; c?: string | undefined; d: number; e: boolean; f: string } = {
    a: undefined,
    b: null,
    d: 0,
    e: false,
    f: '',
  }
  expect(Object.entries(present(some))).toEqual([
    ['b', null],
    ['d', 0],
    ['e', false],
    ['f', ''],
  ])
})

test('a signal that fires calls back once, one that has fired at once, and one that was let go never', () => {
  const controller = new AbortController()
  const called: string[] = []
  const letGo = onAbort(controller.signal, () => called.push('let go'))
  onAbort(controller.signal, () => called.push('waiting'))
  onAbort(undefined, () => called.push('none'))()
  letGo()
  controller.abort()
  onAbort(controller.signal, () => called.push('late'))()
  expect(called).toEqual(['waiting', 'late'])
})

test('a promise that fails after its signal fired is nobody’s unhandled rejection', async () => {
  const parent = childSignal(AbortSignal.abort(new Error('before')))
  await expect(orAborted(Promise.reject(new Error('after')), parent.signal)).rejects.toThrow('before')
})
