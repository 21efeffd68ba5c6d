/** The parts that this agent is made of, how to judge one of your own, and the code that makes an agent like it. */
import type { ReactNode } from 'react'
import type { Api } from '../api/client.ts'
import type { About } from '../api/types.ts'
import type { PartsControl } from '../hooks/use-parts.ts'
import { CodeBlock } from './code-block.tsx'
import { ConformanceForm } from './conformance-form.tsx'
import { PartsForm } from './parts-form.tsx'

type PartsViewProps = { readonly api: Api; readonly about: About | undefined; readonly parts: PartsControl }

/** What an agent is made of whose parts cannot be replaced from here. */
function Seams({ about }: Pick<PartsViewProps, 'about'>): ReactNode {
  if (about?.seams === undefined) {
    return <p className="panel-empty">{about === undefined ? 'Loading…' : 'This server does not tell what its agent is made of.'}</p>
  }
  return (
    <dl className="seams">
      {about.seams.map(({ seam, uses, detail }) => (
        <div key={seam}>
          <dt>{seam}</dt>
          <dd>
            <strong>{uses}</strong>
            {detail !== undefined && <span>{detail}</span>}
          </dd>
        </div>
      ))}
    </dl>
  )
}

export function PartsView({ api, about, parts }: PartsViewProps): ReactNode {
  return (
    <div className="parts">
      <header className="page-head">
        <h2>Parts</h2>
        <p>Every part stands behind a narrow interface, a seam, and can be replaced by one of your own.</p>
      </header>
      <section aria-label="Seams">
        <h3>In use</h3>
        {parts.report === undefined ? <Seams about={about} /> : <PartsForm control={parts} />}
      </section>
      <section aria-label="Conformance">
        <h3>Does yours keep the promises?</h3>
        <p className="parts-lead">
          The cases of the conformance kit run against your module, in a process of their own with your rights: judge only what you would
          run.
        </p>
        <ConformanceForm api={api} />
      </section>
      {about?.code !== undefined && (
        <section aria-label="Code">
          <h3>The same agent in TypeScript</h3>
          <CodeBlock text={about.code} />
        </section>
      )}
    </div>
  )
}
