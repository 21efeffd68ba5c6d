/** Asks the server what the model was asked at a fact, and shows it over the page. */
import { useCallback, type ReactNode } from 'react'
import { useFacts } from '../hooks/facts.ts'
import { useSessionActions } from '../hooks/session-actions.ts'
import { useAnswer } from '../hooks/use-answer.ts'
import { Dialog } from './dialog.tsx'
import { Notice } from './notice.tsx'
import { RequestView } from './request-view.tsx'

export function RequestDialog({ cursor, onClose }: { readonly cursor: string; readonly onClose: () => void }): ReactNode {
  const { asked: ask } = useSessionActions()
  const facts = useFacts()
  const { value: asked, problem } = useAnswer(useCallback(() => ask(cursor), [ask, cursor]))
  return (
    <Dialog title="What the model was asked" onClose={onClose} wide>
      {problem !== undefined && <Notice tone="danger">{problem}</Notice>}
      {asked === undefined && problem === undefined && <p className="panel-empty">Reading the journal…</p>}
      {asked && <RequestView asked={asked} facts={facts} />}
    </Dialog>
  )
}
