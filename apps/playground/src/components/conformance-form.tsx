/** Judges a module of one's own by a seam's conformance cases. */
import { useId, useState, type FormEvent, type ReactNode } from 'react'
import type { Api } from '../api/client.ts'
import type { Card, CardResult } from '../api/types.ts'
import { CardProgress, CardView } from './card-view.tsx'
import { Notice } from './notice.tsx'

const seams = ['SessionStore', 'LlmClient', 'AgentExecutor', 'HookExecutor', 'LeaseStore', 'BlobStore', 'WatchStore', 'LaneQueue']

type Judged =
  | { readonly state: 'none' }
  | { readonly state: 'running'; readonly seam: string; readonly results: readonly CardResult[]; readonly count: number }
  | { readonly state: 'done'; readonly card?: Card; readonly problem?: string }

type FieldsProps = { readonly running: boolean; readonly onJudge: (seam: string, module: string) => void }

function Fields({ running, onJudge }: FieldsProps): ReactNode {
  const id = useId()
  const [seam, setSeam] = useState('SessionStore')
  const [module, setModule] = useState('')
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    onJudge(seam, module.trim())
  }
  return (
    <form className="conformance-form" onSubmit={submit}>
      <div>
        <label htmlFor={`${id}-seam`}>Seam</label>
        <select id={`${id}-seam`} value={seam} onChange={(change) => setSeam(change.target.value)}>
          {seams.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </div>
      <div className="grows">
        <label htmlFor={`${id}-module`}>Module, as a path in the workspace; #name for one of its exports</label>
        <input
          id={`${id}-module`}
          value={module}
          placeholder="./my-store.ts#myStore"
          spellCheck={false}
          autoComplete="off"
          onChange={(change) => setModule(change.target.value)}
        />
      </div>
      <button type="submit" className="button button-primary" disabled={running || module.trim() === ''}>
        {running ? 'Running its cases…' : 'Judge it'}
      </button>
    </form>
  )
}

export function ConformanceForm({ api }: { readonly api: Api }): ReactNode {
  const [judged, setJudged] = useState<Judged>({ state: 'none' })
  const judge = async (seam: string, module: string): Promise<void> => {
    let results: readonly CardResult[] = []
    const tell = (count: number): void => setJudged({ state: 'running', seam, results, count })
    tell(0)
    const onResult = (result: CardResult, count: number): void => {
      results = [...results, result]
      tell(count)
    }
    try {
      setJudged({ state: 'done', card: await api.judge(seam, module, onResult) })
    } catch (error) {
      setJudged({ state: 'done', problem: error instanceof Error ? error.message : String(error) })
    }
  }
  const { card, problem } = judged.state === 'done' ? judged : {}
  return (
    <>
      <Fields running={judged.state === 'running'} onJudge={(seam, module) => void judge(seam, module)} />
      <div aria-live="polite">
        {problem !== undefined && <Notice tone="danger">{problem}</Notice>}
        {card && <CardView card={card} />}
      </div>
      {judged.state === 'running' && judged.count > 0 && <CardProgress {...judged} />}
    </>
  )
}
