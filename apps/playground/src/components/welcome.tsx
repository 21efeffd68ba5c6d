/** The empty page: what this is, and something to try. */
import { useState, type ReactNode } from 'react'
import { ApiError, type Api } from '../api/client.ts'
import type { About } from '../api/types.ts'
import type { PartsControl } from '../hooks/use-parts.ts'
import { goTo } from '../hooks/use-route.ts'
import { Composer } from './composer.tsx'
import { Notice } from './notice.tsx'
import { PartsProblemNotice } from './parts-problem.tsx'
import { ScenarioList } from './scenario-list.tsx'

type WelcomeProps = {
  readonly api: Api
  readonly about: About | undefined
  readonly parts: PartsControl
  readonly trouble: string | undefined
  readonly onStarted: () => void
}

export function Welcome({ api, about, parts, trouble, onStarted }: WelcomeProps): ReactNode {
  const [problem, setProblem] = useState<string>()
  const start = async (prompt: string): Promise<void> => {
    try {
      const { id } = await api.create()
      await api.send(id, prompt)
      goTo(id)
      onStarted()
    } catch (error) {
      setProblem(error instanceof ApiError ? error.message : String(error))
      throw error
    }
  }
  const tryIt = (prompt: string): void => {
    start(prompt).catch(() => undefined) // told on the page by `start`
  }
  return (
    <div className="welcome">
      <div className="welcome-inner">
        <h2>What should it do?</h2>
        <p className="welcome-lead">
          {about?.simulated
            ? 'The model is a built-in simulator: it needs no key. The tools, the files and the journal are real.'
            : 'Everything that happens is written to a journal, which you can watch as it grows.'}
        </p>
        {trouble !== undefined && <Notice tone="danger">{trouble}</Notice>}
        {problem !== undefined && problem !== trouble && (
          <Notice tone="danger" onDismiss={() => setProblem(undefined)}>
            {problem}
          </Notice>
        )}
        <Composer mode="send" placeholder="Describe a task" onSubmit={start} />
        <PartsProblemNotice {...parts} />
        <ScenarioList parts={parts} />
        {parts.report === undefined && about?.examples && about.examples.length > 0 && (
          <ul className="examples">
            {about.examples.map(({ title, prompt }) => (
              <li key={title}>
                <button type="button" className="example" onClick={() => tryIt(prompt)}>
                  <strong>{title}</strong>
                  <span>{prompt}</span>
                </button>
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  )
}
