/** The agents that files define, as TypeScript. */
import type { AgentDefinition, AgentRegistry, PolicyData } from '@seamfold/core'
import type { Settings } from '../../setup/settings.ts'
import { clientCode } from './model-code.ts'
import { literal, type Piece, short } from './piece.ts'

type Written = { readonly name: string; readonly lines: readonly string[]; readonly models: boolean; readonly policies: boolean }

/** Undefined for a policy that no data says. */
function dataOf(permissions: AgentDefinition['permissions']): PolicyData | undefined {
  try {
    return permissions !== undefined && 'toJSON' in permissions ? (JSON.parse(JSON.stringify(permissions)) as PolicyData) : undefined
  } catch {
    return undefined // it judges by a function: whoever asked leaves the agent out
  }
}

/** Undefined for one that code cannot say: a laxer one must not stand in its place. */
function written(definition: AgentDefinition, registry: AgentRegistry): Written | undefined {
  const { permissions, model, ownTools, ...plain } = definition
  const inherited = definition.extends !== undefined && registry.get(definition.extends).permissions === permissions
  const own = inherited ? undefined : permissions
  const data = dataOf(own)
  if (ownTools !== undefined || (model !== undefined && typeof model !== 'string') || (own !== undefined && data === undefined))
    return undefined
  const said = literal({ ...plain, ...(model === undefined ? {} : { model }) })
  const whole = data === undefined ? said : said.replace(/\n {2}\}$/, `,\n    "permissions": policy(${short(data)})\n  }`)
  return { name: definition.name, lines: [`agents.register(${whole})`], models: model !== undefined, policies: data !== undefined }
}

/** `team` has the built-in agents too, which `names` leaves out. */
export function agentsCode(team: { readonly registry: AgentRegistry; readonly names: readonly string[] }, model: Settings['model']): Piece {
  const found = team.names.map((name) => written(team.registry.get(name), team.registry) ?? name)
  const said = found.filter((each) => typeof each !== 'string')
  const left = found.filter((each) => typeof each === 'string')
  const client = said.some(({ models }) => models) ? clientCode(model, 'name') : undefined
  const options = [...(said.length === 0 ? [] : ['agents']), ...(client === undefined ? [] : [`model: (name) => ${client.code}`])]
  return {
    imports: {
      '@seamfold/core': [
        'taskTool',
        ...(said.length === 0 ? [] : ['AgentRegistry']),
        ...(said.some(({ policies }) => policies) ? ['policy'] : []),
      ],
      ...client?.imports,
    },
    before: [
      ...(left.length === 0 ? [] : [`// Not here: ${left.join(', ')}, whose permissions are a function. Register them yourself.`]),
      ...(said.length === 0 ? [] : ['const agents = new AgentRegistry()', ...said.flatMap(({ lines }) => lines)]),
      `const task = taskTool(${options.length === 0 ? '' : `{ ${options.join(', ')} }`})`,
    ],
  }
}
