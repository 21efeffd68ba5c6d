/** What can be tried on the sample project, in words; each sets up an agent of its own. */
import type { ReactNode } from 'react'
import type { PartsControl } from '../hooks/use-parts.ts'
import { goTo } from '../hooks/use-route.ts'

export function ScenarioList({ parts }: { readonly parts: PartsControl }): ReactNode {
  const { report, busy, play } = parts
  if (report === undefined || report.scenarios.length === 0) return null
  return (
    <section aria-labelledby="scenarios-title">
      <h3 id="scenarios-title" className="scenarios-title">
        Or watch one of these, in a fresh copy of a sample project
      </h3>
      <ul className="examples">
        {report.scenarios.map(({ id, title, words }) => (
          <li key={id}>
            <button type="button" className="example" disabled={busy !== undefined} aria-busy={busy === id} onClick={() => play(id, goTo)}>
              <strong>{busy === id ? `${title}: starting…` : title}</strong>
              <span>{words}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
