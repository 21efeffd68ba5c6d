/** TypeScript that makes an agent like the one of the given settings: what stands there compiles and runs. */
import type { AgentRegistry } from '@seamfold/core'
import { ANSWER_KEY_VARIABLE } from '../../setup/answer-key.ts'
import { agentsCode } from './agents-code.ts'
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

/** What the settings do not tell. */
export type Beside = {
  /** The agents there are, and the names of those that files define. */
  readonly team: { readonly registry: AgentRegistry; readonly names: readonly string[] }
  /** Whether answers are signed with the key of the environment. */
  readonly signed: boolean
}

const signing: Piece = {
  imports: { '@seamfold/core': ['answerKey'] },
  given: [`answerKey: answerKey(process.env['${ANSWER_KEY_VARIABLE}'] ?? ''),`],
}

export function setupCode(settings: Settings, { team, signed }: Beside): string {
  const pieces: readonly Piece[] = [
    { imports: { '@seamfold/core': ['createAgent', 'requestNotes'] } },
    modelCode(settings.model),
    { imports: {}, given: [`instructions: ${literal(settings.instructions ?? INSTRUCTIONS)},`] },
    policyCode(settings),
    toolsCode(settings, agentsCode(team, settings.model)),
    storeCode(settings),
    hooksCode(settings),
    secretsCode(settings),
    limitsCode(settings),
    ...(signed ? [signing] : []),
    { imports: {}, given: ['use: [requestNotes()],'] },
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
