/** Puts an agent together from its settings. */
import {
  type Agent,
  type AgentOptions,
  askUser,
  type DailyLedger,
  type Confirm,
  createAgent,
  laneQueue,
  type Policy,
  requestNotes,
  type Tool,
} from '@seamfold/core'
import { AgentError, type LlmClient, type ModelInfo } from '@seamfold/core/kit'
import { suggestion } from '../config/nearest.ts'
import { idleRulesWords } from '../render/idle-rules.ts'
import { configuredAnswerKey } from './answer-key.ts'
import { configuredHooks } from './configured-hooks.ts'
import { groundLayers, groundPolicy, groundTools } from './ground.ts'
import { holderHost, leasesOfTheLiving } from './holder.ts'
import { INSTRUCTIONS } from './instructions.ts'
import { dayLedger } from './day-ledger.ts'
import { connect, type Connection, type ConnectOptions } from './model.ts'
import { protectionOf } from './protection.ts'
import type { Settings } from './settings.ts'
import { type Journal, openJournal } from './store.ts'
import { openWorker, type RemoteTasks } from './remote-tasks.ts'
import { type AgentTeam, openTeam } from './team.ts'

export type Assembled = {
  readonly agent: Agent
  readonly journal: Journal
  readonly permissions: Policy
  readonly model: ModelInfo
  /** The options of the agent, and who may be given tasks. */
  readonly options: AgentOptions
  readonly team: AgentTeam
  close(): Promise<void>
}

export type AssembleOptions = ConnectOptions & {
  /** Asks whoever is there. Default: nobody is, and what must be asked waits in the journal. */
  readonly confirm?: Confirm | undefined
  /** Hears what a person should know, a line each. Default: nobody does. */
  readonly warn?: (text: string) => void
}

/** The agent with everything that it holds open. Nothing is left open when this throws. */
export async function assemble(settings: Settings, { confirm, warn, ...connecting }: AssembleOptions): Promise<Assembled> {
  const journal = await openJournal(settings.storePath, settings.storeKind)
  let connection: Connection | undefined
  let team: AgentTeam | undefined
  let remote: RemoteTasks | undefined
  try {
    const connected = await connect(settings.model, connecting)
    connection = connected
    assertPrice(settings, connected.llm.model)
    const opened = await openTeam(settings, connecting)
    team = opened
    for (const warning of opened.warnings) warn?.(warning)
    const worker = settings.worker === undefined ? undefined : await openWorker(settings.worker)
    remote = worker
    const {
      options: common,
      permissions,
      idle,
    } = await agentOptions(settings, {
      journal,
      llm: connected.llm,
      taskTool: worker?.tool ?? team.tool,
      ...(warn === undefined ? {} : { warn }),
    })
    const key = configuredAnswerKey(connecting.environment)
    const options = { ...common, ...(confirm === undefined ? {} : { confirm }), ...(key === undefined ? {} : { answerKey: key }) }
    const agent = createAgent(options)
    const close = async (): Promise<void> => {
      await agent.close()
      await idle() // whoever is told of the end hears it
      await worker?.close()
      await opened.close()
      await connected.close()
      await journal.close()
    }
    return { agent, journal, permissions, model: connected.llm.model, options, team, close }
  } catch (error) {
    await remote?.close()
    await team?.close()
    await connection?.close()
    await journal.close()
    throw error
  }
}

/** A budget in US dollars is held only where a price is known. Throws `invalid_argument` with what can be held instead. */
export function assertPrice({ budget, sessionBudget, dayBudget, model }: Settings, { price }: ModelInfo): void {
  const usd = budget.usd ?? sessionBudget?.usd ?? dayBudget?.usd
  if (usd === undefined || price !== undefined) return
  throw new AgentError(
    'invalid_argument',
    `The price of ${model.model} is not known, so a budget of $${usd} cannot be held. ` +
      `Give it with the key 'price' of the configuration, as { "input": …, "output": … } in US dollars per million tokens; or limit the turns with --max-turns, or the tokens with the key 'budget.tokens' of the configuration.`,
  )
}

/** Throws `invalid_argument` for a name that is no tool's. */
function chosenTools({ toolNames }: Settings, tools: readonly Tool[]): readonly Tool[] {
  if (toolNames === undefined) return tools
  const names = tools.map(({ definition }) => definition.name)
  const unknown = toolNames.find((name) => !names.includes(name))
  if (unknown !== undefined) throw new AgentError('invalid_argument', `There is no tool '${unknown}'. ${suggestion(unknown, names)}`)
  return tools.filter(({ definition }) => toolNames.includes(definition.name))
}

type Parts = {
  readonly journal: Journal
  readonly llm: LlmClient
  readonly taskTool?: Tool
  readonly warn?: (text: string) => void
}

/** What the agent of these settings is made of. */
export async function agentOptions(
  settings: Settings,
  { journal, llm, taskTool, warn = () => undefined }: Parts,
): Promise<{ readonly options: AgentOptions; readonly permissions: Policy; idle(): Promise<void> }> {
  const { commandEnvironment } = await import('@seamfold/tools')
  const environment = commandEnvironment(process.env, { keep: settings.keep ?? [] })
  const permissions = await groundPolicy(settings)
  const idle = idleRulesWords(groundLayers(settings))
  if (idle !== undefined) warn(idle)
  const hooks = await configuredHooks(settings, environment)
  const security = await protectionOf({ secrets: settings.secrets, workspace: settings.workspace, environment: process.env })
  const ledger = dayLedger(settings, journal)
  const options: AgentOptions = {
    llm,
    instructions: settings.instructions ?? INSTRUCTIONS,
    tools: chosenTools(settings, [...(await groundTools(settings, { taskTool, warn })), askUser()]),
    store: journal.store,
    leases: leasesOfTheLiving(journal.leases),
    host: holderHost(),
    blobs: journal.blobs,
    watch: journal.watch,
    permissions,
    use: [requestNotes()],
    budget: {
      perRun: settings.budget,
      ...(settings.sessionBudget === undefined ? {} : { perSession: settings.sessionBudget }),
      ...(ledger === undefined ? {} : { ledger }),
    },
    ...(hooks === undefined ? {} : { hooks }),
    ...(security === undefined ? {} : { security }),
    ...(settings.timeouts === undefined ? {} : { timeouts: settings.timeouts }),
    ...(settings.lanes === undefined ? {} : { lanes: laneQueue({ ...settings.lanes, store: journal.store }) }),
  }
  return { options, permissions, idle: () => endOf(hooks, ledger) }
}

async function endOf(hooks: { idle(): Promise<void> } | undefined, ledger: DailyLedger | undefined): Promise<void> {
  await hooks?.idle()
  await ledger?.close()
}
