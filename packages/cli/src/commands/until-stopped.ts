/** Waits for the signal that ends a server. */
import type { Interrupt } from '../terminal/interrupt.ts'

export async function untilStopped({ signal }: Interrupt): Promise<void> {
  if (signal.aborted) return
  const { promise, resolve } = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => resolve(), { once: true })
  await promise
}
