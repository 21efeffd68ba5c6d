/** One tool call: a line that says what it does and how it went, and all of it on demand. */
import type { Json } from '@seamfold/core/kit'
import { memo, useMemo, useState, type ReactNode } from 'react'
import { useInterrupted } from '../hooks/interrupted.ts'
import { useNow } from '../hooks/use-now.ts'
import { planOf, planTool } from '../state/plan.ts'
import type { ToolCall } from '../state/types.ts'
import { callSummary } from '../text/call-summary.ts'
import { formatDuration, formatElapsed } from '../text/format.ts'
import { partialJson } from '../text/partial-json.ts'
import { ApprovalView } from './approval-view.tsx'
import { CallState, callStateWords } from './call-state.tsx'
import { CodeBlock } from './code-block.tsx'
import { Icon } from './icon.tsx'
import { PlanView } from './plan-view.tsx'
import { TaskCards } from './task-cards.tsx'
import { ToolInput } from './tool-input.tsx'
import { ToolOutput } from './tool-output.tsx'
import { Visible } from './visible.tsx'

type ToolCardProps = { readonly call: ToolCall; readonly liveOutput: Readonly<Record<string, string>> }

/** Whoever forked said what it came to: it did not run. */
const isGiven = ({ metadata }: ToolCall): boolean => metadata?.given === true

function CallTime({ call }: { readonly call: ToolCall }): ReactNode {
  const running = call.status === 'running'
  const interrupted = useInterrupted()
  const now = useNow(running && !interrupted)
  // Nobody saw how long it took.
  const unknown = (running && interrupted) || call.errorKind === 'unknown_outcome'
  if (call.startedAt === undefined || isGiven(call) || unknown) return null
  if (running) return <span className="call-time">{formatElapsed(now - call.startedAt)}</span>
  return call.endedAt === undefined ? null : <span className="call-time">{formatDuration(call.endedAt - call.startedAt)}</span>
}

/** Its lane waits before it tries it again; its place may take longer. */
function AgainSoon({ again: { attempt, at } }: { readonly again: NonNullable<ToolCall['again']> }): ReactNode {
  const left = at - useNow(true)
  return <span>{left > 0 ? `attempt ${attempt} in ${formatElapsed(left)}` : `attempt ${attempt} waits for its place`}</span>
}

function CallFacts({ call }: { readonly call: ToolCall }): ReactNode {
  const { status, exitCode, attempt, again, untrusted } = call
  const interrupted = useInterrupted()
  return (
    <span className="call-facts">
      {status !== 'succeeded' && (status !== 'running' || interrupted) && (
        <span className="call-words">{callStateWords(call, interrupted)}</span>
      )}
      {again !== undefined && <AgainSoon again={again} />}
      {again === undefined && attempt !== undefined && attempt > 1 && <span>attempt {attempt}</span>}
      {exitCode !== undefined && exitCode !== 0 && <span className="call-exit">exit {exitCode}</span>}
      {untrusted && <span className="call-exit">from outside</span>}
      <CallTime call={call} />
    </span>
  )
}

/** Arguments of so many lines are worth watching while they are written. */
const longInput = (input: Json | undefined): boolean => JSON.stringify(input ?? '').includes('\\n')

/** What opens by itself: what needs a person, and what has something to show while it happens. */
const opensItself = ({ status }: ToolCall, input: Json | undefined, live: string | undefined): boolean =>
  status === 'waiting' || (status === 'running' && live !== undefined) || (status === 'forming' && longInput(input))

/** What has opened stays open until somebody closes it: nothing that is being read folds away. */
function useOpen(itself: boolean): readonly [boolean, (open: boolean) => void] {
  const [open, setOpen] = useState(itself)
  const [opened, setOpened] = useState(itself)
  if (itself && !opened) {
    setOpened(true)
    setOpen(true)
  }
  return [open, setOpen]
}

export const ToolCard = memo(function ToolCard({ call, liveOutput }: ToolCardProps): ReactNode {
  const input = useMemo(() => call.input ?? partialJson(call.inputText ?? ''), [call.input, call.inputText])
  const plan = call.name === planTool ? planOf(input) : undefined
  const live = call.callId === undefined ? undefined : liveOutput[call.callId]
  const [open, setOpen] = useOpen(opensItself(call, input, live))
  return (
    <section role="group" className="tool-card" data-status={call.status} data-open={open} aria-label={`Tool call ${call.name}`}>
      <button type="button" className="tool-head" aria-expanded={open} onClick={() => setOpen(!open)}>
        <CallState call={call} />
        <span className="tool-name">{call.name}</span>
        <span className="tool-summary">
          <Visible text={callSummary(input)} />
        </span>
        <CallFacts call={call} />
        <Icon name="chevron" size={14} />
      </button>
      {open && (
        <div className="tool-body">
          {isGiven(call) && <p className="tool-remark">Its result was given when the session was forked: nothing was run for it.</p>}
          {call.again !== undefined && <p className="tool-remark">Failed for the moment: {call.again.error}</p>}
          {call.denied !== undefined && <p className="tool-remark">Not allowed: {call.denied}</p>}
          {plan && <PlanView plan={plan} />}
          {call.invalidInput === undefined ? (
            plan === undefined && <ToolInput input={input} />
          ) : (
            <CodeBlock label="not valid JSON" tone="danger" text={call.invalidInput} />
          )}
          {call.approval && <ApprovalView approval={call.approval} />}
          {plan === undefined && <ToolOutput output={call.output} live={live} failed={call.status === 'failed'} />}
        </div>
      )}
      {call.tasks && <TaskCards tasks={call.tasks} />}
      {call.nested.length > 0 && (
        <div className="tool-nested">
          {call.nested.map((inner) => (
            <ToolCard key={inner.key} call={inner} liveOutput={liveOutput} />
          ))}
        </div>
      )}
    </section>
  )
})
