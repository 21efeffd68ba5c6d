/** The security suite passes for the provider of the house, and rejects every mutant by the case that is named. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { runCase, runConformance } from '../../src/testing/conformance.ts'
import { knownSecretsSubject, securityProviderMutants } from '../../src/testing/security-provider-mutants.ts'
import { securityProviderSuite } from '../../src/testing/security-provider-suite.ts'

runConformance(securityProviderSuite, { name: 'knownSecrets', create: knownSecretsSubject }, { describe, test })

describe('the security mutants', () => {
  test.concurrent.each(securityProviderMutants.map((mutant) => [mutant.name, mutant.killedBy, mutant] as const))(
    '%s: killed by %s',
    async (_name, killedBy, mutant) => {
      const deadly = securityProviderSuite.cases.find(({ id }) => id === killedBy)
      if (deadly === undefined) throw new Error(`no case ${killedBy}`)
      await expect(runCase(deadly, mutant)).rejects.toThrow(/./)
    },
    15_000,
  )

  test('leave no case without a mutant', () => {
    const killers = new Set(securityProviderMutants.map(({ killedBy }) => killedBy))
    expect(securityProviderSuite.cases.map(({ id }) => id).filter((id) => !killers.has(id))).toEqual([])
  })
})

test('the contract of the port cites every case, and only those', () => {
  const port = readFileSync(new URL('../../src/ports/security-provider.ts', import.meta.url), 'utf8')
  const cited = [...port.matchAll(/\[(security\.\w+)\]/g)].map(([, id = '']) => id)
  expect(cited.toSorted()).toEqual(securityProviderSuite.cases.map(({ id }) => id).toSorted())
})
