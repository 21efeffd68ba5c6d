/** The agents that tasks may be given to: names, inheritance, and what is refused before anything runs. */
import { describe, expect, test } from 'vitest'
import { AgentRegistry, policy, readOnlyPolicy, stricterPolicy } from '../../src/index.ts'

describe('the built-in agents', () => {
  test('have the limits that programs know', () => {
    const limits = new AgentRegistry().list().map(({ name, maxSteps }) => [name, maxSteps])
    expect(limits).toEqual([
      ['explore', 20],
      ['general', 50],
      ['plan', 30],
      ['verification', 30],
      ['review', 25],
    ])
  })

  test.for([
    ['general-purpose', 'general'],
    ['verify', 'verification'],
    ['verifier', 'verification'],
    ['code-review', 'review'],
    ['reviewer', 'review'],
  ] as const)('%s is another name for %s', ([alias, name]) => {
    expect(new AgentRegistry().get(alias).name).toBe(name)
  })

  test('but for general change nothing: writes and commands are denied, and verification asks before a command', () => {
    const decisions = new AgentRegistry().list().map(({ name, permissions }) => [
      name,
      ...(['read', 'write', 'exec'] as const).map(
        (kind) =>
          permissions?.judge({
            tool: 'any',
            accesses: [kind === 'exec' ? { kind, command: 'npm test', commands: ['npm test'] } : { kind, path: 'a' }],
          }).decision,
      ),
    ])
    expect(decisions).toEqual([
      ['explore', 'allow', 'deny', 'deny'],
      ['general', undefined, undefined, undefined],
      ['plan', 'allow', 'deny', 'deny'],
      ['verification', 'allow', 'deny', 'ask'],
      ['review', 'allow', 'deny', 'deny'],
    ])
  })
})

describe('a definition', () => {
  test('of a known name replaces the earlier one', () => {
    const registry = new AgentRegistry([{ name: 'explore', description: 'Mine.' }])
    expect(registry.get('explore')).toEqual({ name: 'explore', description: 'Mine.' })
  })

  test('takes what it leaves out from the one that it extends, and what that one may not use it may not either', () => {
    const registry = new AgentRegistry([
      { name: 'deep', description: 'Looks deep.', extends: 'explore', maxSteps: 90, disallowedTools: ['bash'] },
    ])
    expect(registry.get('deep')).toMatchObject({ name: 'deep', maxSteps: 90, disallowedTools: ['write', 'edit', 'patch', 'bash'] })
    expect(registry.get('deep').prompt).toBe(registry.get('explore').prompt)
  })

  test.for([
    [{ name: 'a b', description: 'x' }, /1 to 64/],
    [{ name: 'a', description: ' ' }, /no description/],
    [{ name: 'a', description: 'x', maxSteps: 0 }, /maxSteps must be a whole number above 0; it is 0/],
    [{ name: 'a', description: 'x', outputSchema: { type: 'nonsense' } }, /output schema is broken/],
    [{ name: 'a', description: 'x', outputSchema: { enum: [] } }, /nothing can meet its output schema: # has an empty enum/],
  ] as const)('%j is refused', ([definition, words]) => {
    expect(() => new AgentRegistry([definition])).toThrow(words)
  })

  test('that extends itself in a circle is refused with the circle', () => {
    const registry = new AgentRegistry([
      { name: 'a', description: 'x', extends: 'b' },
      { name: 'b', description: 'x', extends: 'c' },
      { name: 'c', description: 'x', extends: 'a' },
    ])
    expect(() => registry.get('a')).toThrow(/^Agents extend each other in a circle: a → b → c → a$/)
  })

  test('that extends one that there is not is refused with the nearest name', () => {
    const registry = new AgentRegistry([{ name: 'a', description: 'x', extends: 'exploree' }])
    expect(() => registry.get('a')).toThrow("Agent 'a' extends 'exploree', and there is no such agent. Did you mean 'explore'?")
  })

  test('that is far from every name is answered with all of them', () => {
    expect(() => new AgentRegistry().get('xylophone')).toThrow('There are: explore, general, plan, verification, review.')
  })

  test('that is hidden is found by name and not listed', () => {
    const registry = new AgentRegistry([{ name: 'secret', description: 'x', hidden: true }])
    expect(registry.list().map(({ name }) => name)).not.toContain('secret')
    expect(registry.list({ hidden: true }).map(({ name }) => name)).toContain('secret')
    expect(registry.has('secret')).toBe(true)
    registry.register({ name: 'open', description: 'x', extends: 'secret' })
    expect(registry.list().map(({ name }) => name)).toContain('open')
  })
})

describe('a worker', () => {
  test.for([
    ['read_only', 20],
    ['planner', 30],
    ['implementer', 50],
    ['verifier', 30],
    ['reviewer', 25],
    ['custom', 30],
  ] as const)('of kind %s takes %i turns', ([kind, maxSteps]) => {
    const worker = new AgentRegistry().registerWorker({ name: 'w', description: 'x', kind }).get('w')
    expect(worker.maxSteps).toBe(maxSteps)
  })

  test('asks before everything when nothing is said of it', () => {
    const { permissions } = new AgentRegistry().registerWorker({ name: 'w', description: 'x' }).get('w')
    expect(permissions?.judge({ tool: 'read', accesses: [{ kind: 'read', path: 'a' }] }).decision).toBe('ask')
  })

  test('of a kind that there is not is refused', () => {
    expect(() => new AgentRegistry().registerWorker({ name: 'w', description: 'x', kind: 'boss' as never })).toThrow(/Kinds: read_only/)
  })
})

describe('two policies', () => {
  test('are as strict as the stricter of them, whichever comes first', () => {
    const decisions = ['allow', 'ask', 'deny'] as const
    for (const a of decisions)
      for (const b of decisions) {
        const both = stricterPolicy(policy({ default: a }), policy({ default: b }))
        const strictest = decisions[Math.max(decisions.indexOf(a), decisions.indexOf(b))]
        expect(both.judge({ tool: 'x', accesses: [{ kind: 'write', path: 'a' }] }).decision).toBe(strictest)
      }
  })

  test('show a tool that both show', () => {
    const hides = policy({ rules: [{ deny: { tool: 'x' } }] })
    expect(stricterPolicy(hides, policy()).exposes('x')).toBe(false)
    expect(stricterPolicy(policy(), hides).exposes('x')).toBe(false)
    expect(stricterPolicy(policy(), policy()).exposes('x')).toBe(true)
  })

  test('show it to the sessions to which both show it', () => {
    const mine = { ...policy(), exposes: (_tool: string, session?: { readonly id: string }) => session?.id === 'mine' }
    for (const both of [stricterPolicy(mine, policy()), stricterPolicy(policy(), mine)])
      expect(['mine', 'yours'].map((id) => both.exposes('x', { id, metadata: {} }))).toEqual([true, false])
  })

  test('that look alike describe alike', () => {
    expect(readOnlyPolicy().describe()).not.toBe(readOnlyPolicy({ commands: 'ask' }).describe())
    expect(stricterPolicy(policy(), readOnlyPolicy()).describe()).toBe(stricterPolicy(policy(), readOnlyPolicy()).describe())
  })
})

test.each([
  [null, /Agent undefined: a name has/],
  [{ description: 'x' }, /Agent undefined: a name has/],
  [{ name: 'a' }, /Agent "a": it has no description/],
  [{ name: 'a', description: 'x', tools: 'read' }, /Agent "a": tools must be a list of names/],
  [{ name: 'a', description: 'x', agents: [7] }, /Agent "a": agents must be a list of names/],
  [{ name: 'a', description: 'x', confirmationInheritance: 'yes' }, /confirmationInheritance is 'yes': give 'inherit_parent' or/],
])('a definition that is none is refused in words (%j)', (definition, words) => {
  expect(() => new AgentRegistry([definition as never])).toThrow(words)
})

test.each(['constructor', '__proto__', 'toString'])('an agent %s is as unknown as any other', (name) => {
  expect(new AgentRegistry().has(name)).toBe(false)
  expect(() => new AgentRegistry().get(name)).toThrow(`There is no agent '${name}'`)
})
