/** The next turn of the event loop: what may wait a moment for company waits until then. */

export const defer: (callback: () => void) => void =
  typeof globalThis.setImmediate === 'function'
    ? (callback) => void globalThis.setImmediate(callback)
    : (callback) => void setTimeout(callback, 0)
