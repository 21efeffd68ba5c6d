/** One turn: what the model thought and said, and the calls that it made, stitched together. */
import { memo, useMemo, type ReactNode } from 'react'
import type { Retry, Turn, TurnPart } from '../state/types.ts'
import { Markdown } from './markdown.tsx'
import { ReasoningView } from './reasoning-view.tsx'
import { ToolCard } from './tool-card.tsx'

type TurnViewProps = { readonly turn: Turn; readonly liveOutput: Readonly<Record<string, string>> }
type PartViewProps = { readonly part: TurnPart; readonly forming: boolean; readonly liveOutput: Readonly<Record<string, string>> }

function PartView({ part, forming, liveOutput }: PartViewProps): ReactNode {
  switch (part.type) {
    case 'text':
      return part.text.trim() === '' ? null : <Markdown text={part.text} forming={forming} />
    case 'reasoning':
      return <ReasoningView text={part.text} forming={forming} />
    case 'image':
      return <img className="picture" src={`data:${part.image.mediaType};base64,${part.image.data}`} alt="made by the model" />
    case 'call':
      return <ToolCard call={part.call} liveOutput={liveOutput} />
  }
}

const RetryNote = ({ retry }: { readonly retry: Retry }): ReactNode => (
  <p className="turn-note" role="status">
    Trying again: {retry.message}
  </p>
)

/** Neighbouring calls share one rail. */
function grouped(
  parts: readonly TurnPart[],
): readonly { readonly key: number; readonly parts: readonly TurnPart[]; readonly calls: boolean }[] {
  const groups: { key: number; parts: TurnPart[]; calls: boolean }[] = []
  for (const [index, part] of parts.entries()) {
    const calls = part.type === 'call'
    const last = groups.at(-1)
    if (calls && last?.calls) last.parts.push(part)
    else groups.push({ key: index, parts: [part], calls })
  }
  return groups
}

const noOutput = {}

export const TurnView = memo(function TurnView({ turn, liveOutput }: TurnViewProps): ReactNode {
  const groups = useMemo(() => grouped(turn.parts), [turn.parts])
  const empty = turn.provisional && turn.parts.length === 0
  return (
    <div className="turn" data-provisional={turn.provisional} aria-busy={turn.provisional}>
      {turn.retry && <RetryNote retry={turn.retry} />}
      {empty && (
        <p className="turn-waiting" role="status">
          <span className="visually-hidden">Waiting for the model</span>
          <i />
          <i />
          <i />
        </p>
      )}
      {groups.map(({ key, parts, calls }) => (
        <div key={key} className={calls ? 'seam' : 'turn-part'}>
          {parts.map((part, index) => (
            <PartView
              key={part.type === 'call' ? part.call.key : index}
              part={part}
              forming={turn.provisional && turn.parts.at(-1) === part}
              liveOutput={part.type === 'call' ? liveOutput : noOutput}
            />
          ))}
        </div>
      ))}
      {turn.interrupted && <p className="turn-note">Cut off here.</p>}
      {turn.stopReason === 'max_tokens' && <p className="turn-note">The answer reached its length limit.</p>}
    </div>
  )
})
