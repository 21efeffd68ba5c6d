/** A host whose clock is wrong by so many milliseconds. */
import { type Host, systemHost } from '@seamfold/core/kit'

export function skewedHost(skewMs: number): Host {
  const host = systemHost()
  return { ...host, clock: { ...host.clock, now: () => host.clock.now() + skewMs } }
}
