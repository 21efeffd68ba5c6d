/** TypeScript that makes an agent like the one of the given settings: what stands there compiles and runs. */
import type { Settings } from '../setup/settings.ts'

const literal = (value: unknown): string =>
  JSON.stringify(value, null, 2)
    .replace(/[\u2028\u2029]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16)}`)
    .replaceAll('\n', '\n  ')

type Model = {
  readonly imports: readonly string[]
  readonly before: readonly string[]
  readonly made: string
  readonly after: readonly string[]
}

function modelOf({ provider, model, baseURL, keyVariable }: Settings['model']): Model {
  const address = baseURL === undefined ? '' : `, baseURL: ${literal(baseURL)}`
  const key = keyVariable === undefined ? `'none'` : `process.env[${literal(keyVariable)}] ?? ''`
  if (provider !== 'simulator') {
    const made = `${provider}({ model: ${literal(model)}, apiKey: ${key}${address} })`
    return { imports: [`import { ${provider} } from '@seamfold/llm-${provider}'`], before: [], made, after: [] }
  }
  return {
    imports: [
      `import { anthropic } from '@seamfold/llm-anthropic'`,
      `import { codingScenario, startSimulator } from '@seamfold/simulator'`,
    ],
    before: [
      '',
      '// Without a key: a server on loopback that answers as the provider does.',
      'const simulator = await startSimulator({ scenario: codingScenario() })',
    ],
    made: `anthropic({ model: ${literal(model)}, apiKey: 'simulated', baseURL: simulator.anthropicBaseUrl })`,
    after: ['await simulator.close()'],
  }
}

/** Rules of every mode: the journal lies in the workspace, and no tool writes there. */
const ownRule = `{ deny: { access: 'write', path: '{**/,}.seamfold{/**,}' } }`

/** What the mode of the command line does with what no rule speaks of. */
const modeDefault: Readonly<Record<Settings['mode'], string>> = {
  ask: `({ kind }) => (looking.has(kind) ? 'allow' : 'ask')`,
  'auto-edit': `(access) => (looking.has(access.kind) || (access.kind === 'write' && !access.path.startsWith('/')) ? 'allow' : 'ask')`,
  full: `'allow'`,
  'read-only': `({ kind }) => (looking.has(kind) ? 'allow' : 'deny')`,
}

export function setupCode(settings: Settings): string {
  const { imports, before, made, after } = modelOf(settings.model)
  return [
    `import { createAgent, policy, type Rule } from '@seamfold/core'`,
    ...imports,
    `import { sqliteStore } from '@seamfold/store-sqlite'`,
    `import { codingTools } from '@seamfold/tools'`,
    ...before,
    '',
    ...(settings.mode === 'full' ? [] : [`const looking = new Set(['read', 'net', 'agent'])`]),
    `const rules: readonly Rule[] = [${[ownRule, ...settings.rules.map((rule) => JSON.stringify(rule))].join(', ')}]`,
    '',
    'const agent = createAgent({',
    `  llm: ${made},`,
    ...(settings.instructions === undefined ? [] : [`  instructions: ${literal(settings.instructions)},`]),
    `  tools: codingTools({ workspace: ${literal(settings.workspace)} }),`,
    `  store: sqliteStore(${literal(settings.storePath)}),`,
    `  permissions: policy({ rules, default: ${modeDefault[settings.mode]} }),`,
    `  budget: { perRun: ${literal(settings.budget)} },`,
    '})',
    '',
    `const run = await agent.run('What is in this folder?')`,
    `for await (const { event } of run) if (event.type === 'text_delta') process.stdout.write(event.text)`,
    'const result = await run.result',
    'console.log(`\\n${result.status}`)',
    'await agent.close()',
    ...after,
    '',
  ].join('\n')
}
