/** Draws one entry of the conversation, whatever it is. */
import { memo, type ReactNode } from 'react'
import type { Item } from '../state/types.ts'
import { sessionAddress } from '../hooks/use-route.ts'
import { Icon } from './icon.tsx'
import { OutcomeView } from './outcome-view.tsx'
import { PromptView } from './prompt-view.tsx'
import { RecoveryView } from './recovery-view.tsx'
import { SaidView } from './said-view.tsx'
import { TurnView } from './turn-view.tsx'

type ItemViewProps = { readonly item: Item; readonly liveOutput: Readonly<Record<string, string>> }

export const ItemView = memo(function ItemView({ item, liveOutput }: ItemViewProps): ReactNode {
  switch (item.kind) {
    case 'prompt':
      return <PromptView item={item} />
    case 'turn':
      return <TurnView turn={item} liveOutput={liveOutput} />
    case 'injected':
      return (
        <article className="said said-between" aria-label={item.source === 'steering' ? 'You, while it worked' : item.source}>
          <span className="said-source">{item.source === 'steering' ? 'while it worked' : item.source}</span>
          <SaidView content={item.content} />
        </article>
      )
    case 'edit':
      return (
        <p className="turn-note">
          {item.by}: {item.replaced} {item.replaced === 1 ? 'message was' : 'messages were'} replaced by {item.added}
        </p>
      )
    case 'outcome':
      return <OutcomeView outcome={item} />
    case 'branch':
      return (
        <p className="turn-note branch-note">
          <Icon name="branch" size={14} />{' '}
          {item.origin === undefined ? (
            `Rewound: goes on after fact ${item.offset}`
          ) : (
            <>
              Forked after fact {item.offset} of <a href={sessionAddress(item.origin)}>{item.origin}</a>
            </>
          )}
        </p>
      )
    case 'recovery':
      return <RecoveryView item={item} />
  }
})
