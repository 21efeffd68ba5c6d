/** TypeScript that makes an agent like the one of the given settings: what stands there compiles and runs. */
import { INSTRUCTIONS } from '../../setup/instructions.ts'
import type { Settings } from '../../setup/settings.ts'
import { hooksCode } from './hooks-code.ts'
import { modelCode } from './model-code.ts'
import { importLines, literal, type Piece, short } from './piece.ts'
import { policyCode } from './policy-code.ts'
import { storeCode } from './store-code.ts'
import { toolsCode } from './tools-code.ts'

const limitsCode = ({ budget, timeouts }: Settings): Piece => ({
  imports: {},
  given: [`budget: { perRun: ${short(budget)} },`, ...(timeouts === undefined ? [] : [`timeouts: ${short(timeouts)},`])],
})

export function setupCode(settings: Settings): string {
  const pieces: readonly Piece[] = [
    { imports: { '@seamfold/core': ['createAgent'] } },
    modelCode(settings.model),
    { imports: {}, given: [`instructions: ${literal(settings.instructions ?? INSTRUCTIONS)},`] },
    toolsCode(settings),
    storeCode(settings),
    policyCode(settings),
    hooksCode(settings),
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
