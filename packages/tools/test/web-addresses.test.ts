/** Which addresses count as public, and what the resolver of a connection lets through. */
import { describe, expect, test } from 'vitest'
import { webFetchTool } from '@seamfold/tools'
import { isPublicAddress, publicLookup } from '../src/web/public-address.ts'

describe('an address', () => {
  test.each(['8.8.8.8', '1.1.1.1', '93.184.216.34', '2606:4700:4700::1111', '2a00:1450:4001:800::200e'])('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true)
  })

  const local = [
    '0.0.0.0',
    '10.1.2.3',
    '127.0.0.1',
    '127.9.9.9',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '192.0.0.1',
  ]
  const reserved = ['100.64.0.1', '192.0.2.1', '198.18.0.1', '198.51.100.1', '203.0.113.1', '224.0.0.1', '240.0.0.1', '255.255.255.255']
  const six = ['::', '::1', 'fe80::1', 'fc00::1', 'fd12::1', 'fec0::1', 'ff02::1', '2001:db8::1', '100::1', '4000::1', '3fff::1']
  const embedded = [
    '::ffff:10.0.0.1',
    '::ffff:8.8.8.8',
    '::127.0.0.1',
    '64:ff9b::a00:1',
    '64:ff9b:1::1',
    '2002:7f00:1::',
    '2001:0:1::1',
    'nonsense',
  ]
  test.each([...local, ...reserved, ...six, ...embedded])('%s is not', (address) => {
    expect(isPublicAddress(address)).toBe(false)
  })
})

describe('a name', () => {
  const resolved = (addresses: readonly string[], all: boolean): Promise<unknown> =>
    new Promise((resolve) => {
      const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
      publicLookup((_, __, done) => done(null, found))('example.com', { all }, (error, given) => resolve(error?.message ?? given))
    })

  test('resolves to what was judged', async () => {
    expect(await resolved(['8.8.8.8', '1.1.1.1'], true)).toEqual([
      { address: '8.8.8.8', family: 4 },
      { address: '1.1.1.1', family: 4 },
    ])
    expect(await resolved(['8.8.8.8', '1.1.1.1'], false)).toBe('8.8.8.8')
  })

  test('is refused when any of its addresses is not public', async () => {
    expect(await resolved(['8.8.8.8', '::1'], true)).toMatch(/example\.com leads to ::1, which is not a public address/)
    expect(await resolved(['10.0.0.1', '8.8.8.8'], false)).toMatch(/leads to 10\.0\.0\.1/)
    expect(await resolved([], true)).toMatch(/no address/)
  })
})

test('web_fetch declares the host that it reaches, and no effect', async () => {
  const tool = webFetchTool()
  expect(await tool.access({ url: 'https://example.com:443/x' })).toEqual([{ kind: 'net', host: 'example.com' }])
  expect(await tool.access({ url: 'http://example.com:8080/' })).toEqual([{ kind: 'net', host: 'example.com:8080' }])
  expect(await tool.access({ url: 'nonsense' })).toEqual([])
  expect(tool.effect({ url: 'https://example.com' })).toBe('none')
})
