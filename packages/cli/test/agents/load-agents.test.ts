/** Agents from files: how they are written, which one counts, and what is said of a broken one. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { loadAgents } from '../../src/agents/load-agents.ts'

const made: string[] = []
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** A workspace with these files; `~/` stands for the user's own folder. */
function place(files: Readonly<Record<string, string>>) {
  const root = mkdtempSync(join(tmpdir(), 'agents-'))
  made.push(root)
  const [workspace, home] = [join(root, 'work'), join(root, 'home')]
  mkdirSync(workspace)
  for (const [name, text] of Object.entries(files)) {
    const path = name.startsWith('~/') ? join(home, name.slice(2)) : join(workspace, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  return {
    workspace,
    home,
    load: (folders: readonly string[] = []) => loadAgents({ workspace, home, folders: folders.map((each) => join(workspace, each)) }),
  }
}

const markdown = (front: string, body = 'You help.'): string => `---\n${front}\n---\n${body}\n`

describe('an agent in a file', () => {
  test('of Markdown has its prompt below what is said of it', async () => {
    const { registry } = await place({
      '.seamfold/agents/scout.md': markdown(
        'description: "Scouts: looks --- around"\ntools: Read, Grep, bash\nmaxSteps: 7\nextends: explore',
        'You scout.\n\n---\nStill the prompt.',
      ),
    }).load()
    expect(registry.get('scout')).toMatchObject({
      name: 'scout',
      description: 'Scouts: looks --- around',
      prompt: 'You scout.\n\n---\nStill the prompt.',
      tools: ['read', 'grep', 'bash'],
      maxSteps: 7,
      disallowedTools: ['write', 'edit', 'patch'],
    })
  })

  test('of YAML says all of it in keys', async () => {
    const { registry } = await place({
      '.seamfold/agents/deep/judge.yaml': [
        'name: judge',
        'description: Judges.',
        'prompt: You judge.',
        'permissions:',
        '  default: deny',
        '  rules: ["allow read(src/**)"]',
        'outputSchema: { type: object, properties: { ok: { type: boolean } }, required: [ok] }',
        'confirmationInheritance: deny_on_ask',
      ].join('\n'),
    }).load()
    const { permissions, ...rest } = registry.get('judge')
    expect(rest).toMatchObject({ prompt: 'You judge.', confirmationInheritance: 'deny_on_ask', outputSchema: { required: ['ok'] } })
    const read = (path: string) => permissions?.judge({ tool: 'read', accesses: [{ kind: 'read', path }] }).decision
    expect([read('src/a.ts'), read('secret')]).toEqual(['allow', 'deny'])
  })

  test('counts by where it stands: other programs, the user, the workspace, the configuration', async () => {
    const names = ['.claude/agents', '~/.seamfold/agents', '.seamfold/agents', 'team', 'more']
    const at = (count: number) =>
      place(Object.fromEntries(names.slice(0, count).map((name) => [`${name}/one.md`, markdown(`description: from ${name}`)])))
    const found = await Promise.all(
      [1, 2, 3, 4, 5].map(async (count) => (await at(count).load(names.slice(3, count))).registry.get('one').description),
    )
    expect(found).toEqual(names.map((name) => `from ${name}`))
  })

  test('replaces a built-in one of its name, and the others stay', async () => {
    const { registry, files } = await place({
      '.claude/agents/explore.md': markdown('name: explore\ndescription: Mine.\ncolor: blue\nmodel: sonnet'),
    }).load()
    expect(registry.get('explore')).toEqual({ name: 'explore', description: 'Mine.', prompt: 'You help.' })
    expect([...files.keys()]).toEqual(['explore'])
    expect(registry.has('review')).toBe(true)
  })
})

describe('what is wrong with a file is said with its path', () => {
  test.for([
    ['no front', 'You help.', /must begin with its name and description/],
    ['no end', '---\ndescription: x\n', /must begin with its name and description/],
    ['no description', markdown('name: x'), /a\.md: description: /],
    ['a broken key far down', markdown('description: x\npermissions:\n  rules: []\n  default: maybe'), /a\.md:5: permissions\.default/],
    ['broken YAML', markdown('description: x\ntools: [a'), /a\.md:3.*not valid YAML/],
    [
      'an unknown key',
      markdown('description: x\ndesription: y'),
      /a\.md:3: it has the unknown key 'desription'\. Did you mean 'description'\?/,
    ],
    ['a broken rule', markdown('description: x\npermissions: { rules: ["let read"] }'), /a\.md:3: .*'let read' is not a rule/],
    [
      'a pattern of calls',
      markdown('description: x\ntools: Bash(git *)'),
      /no name of a tool: say what its calls may do with permissions\.rules/,
    ],
    ['a circle', markdown('description: x\nextends: a'), /extend each other in a circle: a → a/],
    ['an unknown base', markdown('description: x\nextends: explroe'), /Did you mean 'explore'\?/],
    ['an unknown agent to give tasks to', markdown('description: x\nagents: [reveiw]'), /Did you mean 'review'\?/],
    [
      'a schema that nothing can meet',
      markdown('description: x\noutputSchema: { required: [a], additionalProperties: false }'),
      /nothing can meet its output schema/,
    ],
    ['a bad limit', markdown('description: x\nmaxSteps: 0'), /a\.md:3: maxSteps/],
  ] as const)('%s', async ([, text, words]) => {
    const { load } = place({ '.seamfold/agents/a.md': text })
    await expect(load()).rejects.toThrow(words)
    await expect(load()).rejects.toThrow(/agents\/a\.md/)
  })

  test('two files of one folder for one agent', async () => {
    const { load } = place({ '.seamfold/agents/a.md': markdown('description: x'), '.seamfold/agents/b.yaml': 'name: a\ndescription: y' })
    await expect(load()).rejects.toThrow(/Two files define the agent 'a'[\s\S]*a\.md[\s\S]*b\.yaml/)
  })

  test('a folder of the configuration that is not there', async () => {
    await expect(place({}).load(['nowhere'])).rejects.toThrow(/nowhere cannot be read/)
  })

  test('and stops nobody where it was written for another program', async () => {
    const { registry, warnings } = await place({
      '.claude/agents/a.md': 'nothing',
      '.claude/agents/b.md': markdown('description: y'),
    }).load()
    expect(registry.has('b')).toBe(true)
    expect(registry.has('a')).toBe(false)
    expect(warnings).toEqual([expect.stringMatching(/a\.md.*It is left out\.$/)])
  })

  test.each([
    [
      'a name that none can have here',
      markdown('name: Code Reviewer\ndescription: x'),
      /z\.md: Agent "Code Reviewer": a name has 1 to 64 .*left out/s,
    ],
    ['the name of another file there', markdown('name: b\ndescription: x'), /define the agent 'b'.*left out/s],
    ['what extends nobody', markdown('description: x\nextends: nobody'), /z\.md: Agent 'z' extends 'nobody'.*left out/s],
    ['what gives tasks to nobody', markdown('description: x\nagents: nobody'), /z\.md: There is no agent 'nobody'.*left out/s],
    ['what extends itself', markdown('description: x\ntools: constructor\nextends: z'), /z\.md: .*circle.*left out/s],
    [
      'YAML that grows without end',
      markdown(`description: x\na: &a [${'x,'.repeat(50)}]\nb: &b [${'*a,'.repeat(50)}]\nc: [${'*b,'.repeat(50)}]`),
      /z\.md.*left out/s,
    ],
  ])('nor does %s', async (_what, file, warning) => {
    const { registry, warnings } = await place({ '.claude/agents/z.md': file, '.claude/agents/b.md': markdown('description: y') }).load()
    expect(registry.get('b').description).toBe('y')
    expect(warnings).toEqual([expect.stringMatching(warning)])
  })
})
