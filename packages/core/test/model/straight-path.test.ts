/** A rule over paths holds for a place however its path is written. */
import { alwaysRules, judgeCall, jsonSchema, policy, tool } from '@seamfold/core'
import { describe, expect, test } from 'vitest'

type Input = { readonly path: string }

const made = (later: boolean): ReturnType<typeof tool> =>
  tool<Input>({
    name: 'put',
    description: 'Writes a file.',
    input: jsonSchema<Input>({ type: 'object', properties: { path: { type: 'string' } }, required: ['path'] }),
    access: ({ path }) => (later ? Promise.resolve([{ kind: 'write', path }]) : [{ kind: 'write', path }]),
    execute: () => 'done',
  })

const guarded = policy({ rules: [{ allow: { access: 'write', path: '**' } }, { deny: { path: 'secret/**' } }] })

const decided = async (path: string, later = false): Promise<string> => {
  const judged = await judgeCall(made(later), { path }, { policy: guarded })
  return judged.ok ? judged.judgement.decision : judged.problem
}

describe('a rule over paths', () => {
  test.each(['secret/x', './secret/x', 'a/../secret/x', 'secret/./x', 'secret//x', 'a//../secret/x', './/secret/b/../x'])(
    'denies %s',
    async (path) => {
      expect(await decided(path)).toBe('deny')
      expect(await decided(path, true)).toBe('deny')
    },
  )

  test.each(['../x', '..', 'a/../../x', './../home/secret/x'])('is asked about for %s, which leads out of the workspace', async (path) => {
    expect(await decided(path)).toBe('ask')
  })

  test.each(['a', '..a/b', '.env', 'secretly/x', 'secret/../a', 'a/...'])('allows %s', async (path) => {
    expect(await decided(path)).toBe('allow')
  })

  test('that allows what lies beside the workspace says so', async () => {
    const beside = policy({ rules: [{ allow: { access: 'write', path: '../shared/**' } }] })
    const judged = await judgeCall(made(false), { path: '../shared/a/../b' }, { policy: beside })
    expect(judged.ok && judged.judgement.decision).toBe('allow')
  })
})

test('what a call touches is told without detours', async () => {
  const paths = await Promise.all(
    ['/a/../../b', '/', '//', './', 'a/..', '.', 'a/b/'].map(async (path) => {
      const [access] = await made(false).access({ path })
      return access?.kind === 'write' ? access.path : undefined
    }),
  )
  expect(paths).toEqual(['/b', '/', '/', '.', '.', '.', 'a/b/'])
})

test('there is no always for a path that climbs', () => {
  expect(alwaysRules({ toolName: 'put', kind: 'confirmation', accesses: [{ kind: 'write', path: '../x' }] })).toBeUndefined()
})
