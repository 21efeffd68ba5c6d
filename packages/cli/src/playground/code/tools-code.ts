/** The tools, and who does the tasks that they give, as TypeScript. */
import { ASK_TOOL_NAME } from '../parts-report.ts'
import { ownFiles } from '../../setup/ground.ts'
import { TASK_TOOL_NAME } from '../../setup/remote-tasks.ts'
import type { Settings } from '../../setup/settings.ts'
import { literal, type Piece, short } from './piece.ts'
import { policiesForOthers } from './policy-code.ts'

const joined = (...pieces: readonly Piece[]): Piece => ({
  imports: Object.fromEntries(
    [...new Set(pieces.flatMap(({ imports }) => Object.keys(imports)))].map((module) => [
      module,
      pieces.flatMap(({ imports }) => imports[module] ?? []),
    ]),
  ),
  before: pieces.flatMap(({ before = [] }) => before),
  given: pieces.flatMap(({ given = [] }) => given),
  after: pieces.flatMap(({ after = [] }) => after),
})

/** What is run or believed outside of the sandbox is not written in it. */
function sandboxCode(settings: Settings): string {
  const { sandbox } = settings
  if (sandbox === undefined) return ''
  const frozen = [...(sandbox.frozen ?? []), ...ownFiles(settings)]
  return `, sandbox: ${short({ ...sandbox, ...(frozen.length === 0 ? {} : { frozen }) })}`
}

function workspaceCode(settings: Settings): Piece {
  const { workspace, keep = [] } = settings
  const apart = sandboxCode(settings)
  if (keep.length === 0) return { imports: {}, before: [`const coding = codingTools({ workspace: ${literal(workspace)}${apart} })`] }
  return {
    imports: { '@seamfold/tools': ['commandEnvironment', 'localWorkspace'] },
    before: [
      `const environment = commandEnvironment(process.env, { keep: ${short(keep)} })`,
      `const coding = codingTools({ workspace: localWorkspace(${literal(workspace)}, { environment${apart} }) })`,
    ],
  }
}

/** A worker elsewhere does the tasks: one tool over one executor, which asks here what is asked there. */
function remoteTask(settings: Settings, { url, token }: NonNullable<Settings['worker']>): Piece {
  const secret = token === undefined ? '' : `, token: process.env['SEAMFOLD_WORKER_TOKEN'] ?? ''`
  return {
    imports: { '@seamfold/core': ['jsonSchema', 'stepTool'], '@seamfold/executor-remote': ['remoteExecutor'] },
    before: [
      '// Tasks are done by a worker elsewhere, with its own model, tools and folder.',
      `const executor = remoteExecutor({ url: ${literal(url)}${secret} })`,
      'type Task = { readonly agent: string; readonly prompt: string }',
      `const task = stepTool<{ readonly tasks: readonly Task[] }>({`,
      `  name: '${TASK_TOOL_NAME}',`,
      `  description: "Give tasks to agents that work on their own; 'default' is the worker's own agent.",`,
      '  input: jsonSchema({',
      `    type: 'object',`,
      `    required: ['tasks'],`,
      `    properties: {`,
      `      tasks: {`,
      `        type: 'array',`,
      `        items: { type: 'object', required: ['agent', 'prompt'], properties: { agent: { type: 'string' }, prompt: { type: 'string' } } },`,
      `      },`,
      `    },`,
      '  }),',
      `  access: ({ tasks }) => tasks.map(({ agent }) => ({ kind: 'agent', agent })),`,
      '  executor,',
      ...policiesForOthers(settings),
      '  tasksOf: ({ tasks }) => tasks.map((each) => ({ ...each, description: each.prompt.slice(0, 60) })),',
      '})',
    ],
    after: ['await executor.close()'],
  }
}

/** What is done with the tools so that a person is asked about calls of which nobody knows what they did. */
function askingCode({ askWhenUnknown: asked = false }: Settings): string {
  if (typeof asked === 'boolean') return asked ? '.map(askWhenUnknown)' : ''
  return asked.length === 0 ? '' : `.map((each) => (${short(asked)}.includes(each.definition.name) ? askWhenUnknown(each) : each))`
}

export function toolsCode(settings: Settings, agents: Piece): Piece {
  const { toolNames, worker } = settings
  const chosen = toolNames?.filter((name) => name !== TASK_TOOL_NAME && name !== ASK_TOOL_NAME)
  const none = chosen?.length === 0
  const coding: Piece = none ? { imports: {} } : joined({ imports: { '@seamfold/tools': ['codingTools'] } }, workspaceCode(settings))
  const gives = toolNames === undefined || toolNames.includes(TASK_TOOL_NAME)
  const task = !gives ? { imports: {} } : worker === undefined ? agents : remoteTask(settings, worker)
  const filter = chosen === undefined ? '' : `.filter(({ definition }) => ${short(chosen)}.includes(definition.name))`
  const unknown = none ? '' : askingCode(settings)
  const asks = toolNames === undefined || toolNames.includes(ASK_TOOL_NAME)
  const list = [...(none ? [] : [`...coding${filter}${unknown}`]), ...(gives ? ['task'] : []), ...(asks ? ['askUser()'] : [])]
  const names = [...(asks ? ['askUser'] : []), ...(unknown === '' ? [] : ['askWhenUnknown'])]
  return joined(coding, task, { imports: names.length > 0 ? { '@seamfold/core': names } : {}, given: [`tools: [${list.join(', ')}],`] })
}
