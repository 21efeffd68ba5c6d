/** Tells addresses that anyone on the internet may be sent to from those that only mean something near this machine. */
import { lookup, type LookupAddress } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import { fault } from '../workspace/fault.ts'

/** IPv6 that is handed out at all; within it these carry an IPv4 address or lead into a tunnel. */
const GLOBAL = ipaddr.IPv6.parse('2000::')
const TUNNELS = ['2001::', '2002::'] as const

/** Private, loopback, link-local, shared, reserved, multicast and everything that embeds an IPv4 address is not public. */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false
  const address = ipaddr.parse(text)
  if (address.range() !== 'unicast') return false
  if (address instanceof ipaddr.IPv4) return true
  if (!address.match(GLOBAL, 3)) return false
  return !address.match(ipaddr.IPv6.parse(TUNNELS[0]), 32) && !address.match(ipaddr.IPv6.parse(TUNNELS[1]), 16)
}

/** Refuse a URL whose host is an address that is not public. Names are judged when they are resolved. */
export function refuseAddress(hostname: string): void {
  const address = hostname.replace(/^\[(.*)\]$/, '$1')
  if (isIP(address) !== 0 && !isPublicAddress(address)) throw notPublic(hostname, address)
}

/** Resolves a name to all of its addresses, as `lookup` of `node:dns` does. */
export type Resolve = (
  hostname: string,
  options: { readonly all: true; readonly family: number | 'IPv4' | 'IPv6' },
  done: (error: Error | null, addresses: readonly LookupAddress[]) => void,
) => void

/** A resolver for a connection: it gives what was judged, so nothing can be resolved differently afterwards. */
export const publicLookup =
  (resolve: Resolve = lookup): LookupFunction =>
  (hostname, options, callback) =>
    resolve(hostname, { all: true, family: options.family ?? 0 }, (error, addresses) => {
      if (error !== null) return callback(error, [])
      const bad = addresses.find(({ address }) => !isPublicAddress(address))
      const [first] = addresses
      if (bad !== undefined || first === undefined) return callback(notPublic(hostname, bad?.address ?? 'no address'), [])
      return options.all === true ? callback(null, [...addresses]) : callback(null, first.address, first.family)
    })

const notPublic = (hostname: string, address: string): Error =>
  fault('permission_denied', `${hostname} leads to ${address}, which is not a public address. Only the public web can be fetched`)
