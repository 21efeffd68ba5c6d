/** Turns a list of middleware into one function per stage. */
import { compose } from '../base/compose.ts'
import type { HistoryEdit } from '../model/event.ts'
import type { Message } from '../model/message.ts'
import type { ModelCall, ModelStream, RunDraft, Stages, ToolInvocation, ToolOutcome, TurnDraft, TurnReport, Verdict } from './middleware.ts'

/** What the innermost wraps call. */
export interface StageCores {
  callModel(call: ModelCall): ModelStream
  callTool(invocation: ToolInvocation): Promise<ToolOutcome>
}

/** One function per stage. A stage that nobody fills does nothing and costs nothing. */
export interface ComposedStages {
  prepareRun(draft: RunDraft): Promise<RunDraft>
  /** Each middleware's edits, applied in order; the function that it is given stores them and returns the new history. */
  prepareHistory(
    messages: readonly Message[],
    store: (by: string, edits: readonly HistoryEdit[]) => readonly Message[],
  ): Promise<readonly Message[]>
  prepareTurn(draft: TurnDraft): Promise<TurnDraft>
  callModel(call: ModelCall): ModelStream
  callTool(invocation: ToolInvocation): Promise<ToolOutcome>
  decideNext(report: TurnReport): Promise<{ readonly by: string; readonly verdict: Verdict } | undefined>
}

export type NamedStages = { readonly name: string; readonly stages: Stages }

/** The first in the list is outermost. */
export function composeStages(all: readonly NamedStages[], cores: StageCores): ComposedStages {
  const having = <K extends keyof Stages>(stage: K): { readonly name: string; readonly run: NonNullable<Stages[K]> }[] =>
    all.flatMap(({ name, stages }) => {
      const method = stages[stage]
      return method === undefined ? [] : [{ name, run: method.bind(stages) as NonNullable<Stages[K]> }]
    })
  const [runs, histories, turns, deciders] = [having('prepareRun'), having('prepareHistory'), having('prepareTurn'), having('decideNext')]
  return {
    async prepareRun(draft) {
      for (const { run } of runs) draft = await run(draft)
      return draft
    },
    async prepareHistory(messages, store) {
      for (const { name, run } of histories) {
        const edits = await run(messages)
        if (edits.length > 0) messages = store(name, edits)
      }
      return messages
    },
    async prepareTurn(draft) {
      for (const { run } of turns) {
        const next = run(draft)
        draft = next instanceof Promise ? await next : next
      }
      return draft
    },
    callModel: compose(
      having('wrapModelCall').map(({ run }) => run),
      cores.callModel,
    ),
    callTool: compose(
      having('wrapToolCall').map(({ run }) => run),
      cores.callTool,
    ),
    async decideNext(report) {
      for (const { name, run } of deciders) {
        const verdict = await run(report)
        if (verdict !== undefined) return { by: name, verdict }
      }
      return undefined
    },
  }
}
