/** TypeScript that makes an agent like the one of the given settings: what stands there compiles and runs. */
import { INSTRUCTIONS } from '../../setup/instructions.ts'
import type { Settings } from '../../setup/settings.ts'
import { hooksCode } from './hooks-code.ts'
import { limitsCode } from './limits-code.ts'
import { modelCode } from './model-code.ts'
import { importLines, literal, type Piece } from './piece.ts'
import { policyCode } from './policy-code.ts'
import { secretsCode } from './secrets-code.ts'
import { storeCode } from './store-code.ts'
import { toolsCode } from './tools-code.ts'

/** `agents`: names of those that files define, which the code cannot hold. */
export function setupCode(settings: Settings, agents: readonly string[] = []): string {
  const pieces: readonly Piece[] = [
    { imports: { '@seamfold/core': ['createAgent'] } },
    modelCode(settings.model),
    { imports: {}, given: [`instructions: ${literal(settings.instructions ?? INSTRUCTIONS)},`] },
    toolsCode(settings, agents),
    storeCode(settings),
    policyCode(settings),
    hooksCode(settings),
    secretsCode(settings),
    limitsCode(settings),
  ]
  return [
    ...importLines(pieces),
    ...pieces.flatMap(({ before = [] }) => (before.length === 0 ? [] : ['', ...before])),
    '',
    'const agent = createAgent({',
    ...pieces.flatMap(({ given = [] }) => given.map((line) => `  ${line}`)),
    '})',
    '',
    `const run = await agent.run('What is in this folder?')`,
    `for await (const { event } of run) if (event.type === 'text_delta') process.stdout.write(event.text)`,
    'const result = await run.result',
    'console.log(`\\n${result.status}`)',
    'await agent.close()',
    ...pieces.toReversed().flatMap(({ after = [] }) => after),
    '',
  ].join('\n')
}
