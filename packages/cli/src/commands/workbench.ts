/** The playground's agent with parts that can be replaced: each set-up is complete, and the next is made from the one before. */
import type { PartsChoices, PartsWish } from '../playground/parts.ts'
import { partsOf, toolNamesOf } from '../playground/parts-report.ts'
import { scenarios } from '../playground/scenarios.ts'
import type { AgentProcess, PlaygroundProcesses } from '../playground/types.ts'
import { describeHook } from '../setup/configured-hooks.ts'
import { livesWith } from '../setup/holder.ts'
import { protectionOf } from '../setup/protection.ts'
import { providerChoices } from '../setup/provider-choices.ts'
import type { Settings } from '../setup/settings.ts'
import { openJournal } from '../setup/store.ts'
import { settingsAsWished } from '../setup/wished.ts'

export type WorkbenchOptions = {
  /** The settings of the folder that it was started for. */
  readonly own: Settings
  /** Whether that is a copy of the sample project. */
  readonly ownIsSample: boolean
  /** The settings of a fresh copy of the sample project. */
  readonly sample: () => Promise<Settings>
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly start: (settings: Settings) => Promise<AgentProcess>
}

type SetUp = {
  readonly now: Settings
  /** What the workspace began with. */
  readonly base: Settings
  readonly workspace: 'own' | 'sample'
}

export async function openWorkbench(options: WorkbenchOptions, setUp?: SetUp): Promise<PlaygroundProcesses> {
  const { now, base, workspace } = setUp ?? {
    now: options.own,
    base: options.own,
    workspace: options.ownIsSample ? ('sample' as const) : ('own' as const),
  }
  const choices: PartsChoices = {
    providers: await providerChoices(options.environment),
    tools: await toolNamesOf(now),
    hooks: (base.hooks ?? []).map(describeHook),
    ...(options.ownIsSample ? {} : { folder: options.own.workspace }),
  }
  const security = await protectionOf({ secrets: now.secrets, workspace: now.workspace, environment: options.environment })
  const journal = await openJournal(now.storePath, now.storeKind)
  const changed = async (wish: PartsWish): Promise<SetUp> => {
    const goes = wish.workspace ?? workspace
    // A fresh copy each time; one's own folder is there already.
    const place = goes === 'sample' && wish.workspace === 'sample' ? await options.sample() : goes === 'own' ? options.own : base
    const from = goes === workspace && wish.workspace !== 'sample' ? now : place
    return { now: settingsAsWished(wish, { now: from, base: place, environment: options.environment }), base: place, workspace: goes }
  }
  return {
    store: journal.store,
    watch: journal.watch,
    lives: (key, holder) => livesWith(journal.leases, key, holder),
    ends: journal.ends,
    ...(security === undefined ? {} : { security }),
    start: () => options.start(now),
    close: () => journal.close(),
    parts: {
      report: () => ({
        parts: partsOf(now, workspace, choices),
        choices,
        scenarios: scenarios.map(({ id, title, words }) => ({ id, title, words })),
      }),
      scenario: (id) => scenarios.find((each) => each.id === id),
      with: async (wish) => openWorkbench(options, await changed(wish)),
    },
  }
}
