/** The agent of `seamfold playground`, in a process of its own: it is told its settings, says where it answers, and ends with whoever started it. */
import { AgentRegistry } from '@seamfold/core'
import { type ErrorCode, isAgentError, toMessage } from '@seamfold/core/kit'
import { MODE_NAMES, rulesLike } from '../setup/permissions.ts'
import { assemble, type Assembled } from '../setup/assemble.ts'
import { livesWith } from '../setup/holder.ts'
import { providerChoices } from '../setup/provider-choices.ts'
import { WorkflowRuns } from '../setup/workflow-runs.ts'
import { assembleVariants } from '../setup/variants.ts'
import type { Beside } from '../playground/code/setup-code.ts'
import type { Settings } from '../setup/settings.ts'
import { aboutOf } from '../playground/about.ts'
import { servePlayground } from '../playground/serve.ts'
import type { PlaygroundAbout, PlaygroundAgent, PlaygroundPermissions, PlaygroundVariant } from '../playground/types.ts'
import { ignoreInterrupts } from '../terminal/interrupt.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** The first and only word to an agent's process. */
export type AgentOrders = { readonly settings: Settings }

/** What it answers. */
export type AgentReady = { readonly port: number; readonly token: string; readonly about: PlaygroundAbout }

/** What it answers when its settings cannot work. */
export type AgentRefusal = { readonly refused: { readonly code: ErrorCode; readonly message: string } }

/** Whoever started this was killed: what runs here is left as it is, to be resumed, as if it had run in that process. */
const orphaned = (): never => process.exit(1)

const orders = (): Promise<AgentOrders> => new Promise((resolve) => process.once('message', (told) => resolve(told as AgentOrders)))

export async function playgroundAgentCommand(terminal: Terminal): Promise<number> {
  // Ctrl-C is meant for whoever started this process: that one ends it.
  const restore = ignoreInterrupts()
  const left = new Promise<void>((resolve) => process.once('SIGTERM', resolve))
  process.once('disconnect', orphaned)
  const { settings } = await orders()
  const assembling = { environment: terminal.environment, unhurried: true }
  const assembled = await assemble(settings, { ...assembling, warn: (text) => terminal.complain(`${text}\n`) }).catch((error: unknown) =>
    refuse(error),
  )
  if (assembled === undefined) return 1
  const variants = assembleVariants(assembled, settings, assembling)
  const choices = await providerChoices(terminal.environment)
  const models = choices.find(({ provider }) => provider === settings.model.provider)?.models ?? []
  const about = { ...aboutOf(settings, assembled.model, besideOf(assembled)), modes: MODE_NAMES, models }
  const { agent, journal, options } = assembled
  const { security, tools = [] } = options
  const workflows = new WorkflowRuns(assembled, settings.workspace)
  const close = async (): Promise<void> => {
    await workflows.close()
    await variants.close()
    await assembled.close()
  }
  const playground = await servePlayground({
    port: 0,
    pages: '',
    open: () => ({
      agent,
      ...storeParts(journal),
      about,
      ...(security === undefined ? {} : { security }),
      tools: tools.map(({ definition }) => definition),
      permissions: permissionsOf(assembled),
      variant: async (change) => variantOf(await variants.make(change)),
      workflows,
      close,
    }),
  })
  process.send?.({ port: playground.port, token: playground.token, about } satisfies AgentReady)
  await left
  await playground.close()
  restore()
  process.off('disconnect', orphaned)
  // An open channel would keep this process.
  if (process.connected) process.disconnect()
  return 0
}

const storeParts = ({ store, watch, ends, leases }: Assembled['journal']): Pick<PlaygroundAgent, 'store' | 'watch' | 'ends' | 'lives'> => ({
  store,
  watch,
  ends,
  lives: (key, holder) => livesWith(leases, key, holder),
})

const variantOf = (made: Pick<Assembled, 'agent' | 'permissions'>): PlaygroundVariant => ({
  agent: made.agent,
  permissions: permissionsOf(made),
})

/** A file may define an agent that is built in anew. */
function besideOf({ team: { registry }, options }: Pick<Assembled, 'team' | 'options'>): Beside {
  const builtIn = new AgentRegistry()
  const names = registry.names().filter((name) => !builtIn.has(name) || builtIn.get(name) !== registry.get(name))
  return { team: { registry, names }, signed: options.answerKey !== undefined }
}

/** Whoever started this is told why, and then left alone. */
function refuse(error: unknown): undefined {
  const refused = { code: isAgentError(error) ? error.code : 'internal', message: toMessage(error) } as const
  process.off('disconnect', orphaned)
  process.send?.({ refused } satisfies AgentRefusal, () => process.disconnect())
}

/** "Always" holds for the session in which it was said. */
export function permissionsOf({ permissions }: Pick<Assembled, 'permissions'>): PlaygroundPermissions {
  return {
    judge: (request) => permissions.judge(request),
    standing: rulesLike,
  }
}
