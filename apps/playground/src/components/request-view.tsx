/** One request to the model, to be read, with what changed against the one before. */
import type { Envelope, Message, ToolDefinition, Usage } from '@seamfold/core/kit'
import { useMemo, useState, type ReactNode } from 'react'
import type { Asked } from '../api/types.ts'
import { askedChanges, cacheStory } from '../state/asked.ts'
import { onlyHere, sentWords } from '../state/sent.ts'
import { usageOf } from '../state/turn-costs.ts'
import { formatCount, formatTime } from '../text/format.ts'
import { CodeBlock } from './code-block.tsx'
import { CopyButton } from './copy-button.tsx'
import { DiffView } from './diff-view.tsx'
import { MessageView } from './message-view.tsx'
import { Visible } from './visible.tsx'

type RequestViewProps = { readonly asked: Asked; readonly facts: readonly Envelope[] }

function Changes({
  asked,
  usage,
  earlier,
}: {
  readonly asked: Asked
  readonly usage: Usage | undefined
  readonly earlier: Usage | undefined
}): ReactNode {
  const changes = askedChanges(asked)
  const cache = usage && cacheStory(asked, usage, earlier)
  return (
    <section aria-label="What changed">
      <h3>Against the request before</h3>
      <ul className="asked-changes">
        {asked.before === undefined && <li data-tone="plain">This is the first one.</li>}
        {asked.before !== undefined && changes.length === 0 && <li data-tone="plain">The same request again.</li>}
        {changes.map(({ part, words, breaks }) => (
          <li key={part} data-tone={breaks ? 'bad' : 'good'}>
            <strong>{part}</strong> {words}
          </li>
        ))}
        {cache ? (
          <li data-tone={cache.tone}>
            <strong>cache</strong> {cache.words}
          </li>
        ) : (
          <li data-tone="plain">
            <strong>cache</strong> The provider has not told yet what it used.
          </li>
        )}
      </ul>
    </section>
  )
}

const System = ({ asked: { system, before } }: { readonly asked: Asked }): ReactNode => (
  <details>
    <summary>
      System prompt <small>{formatCount(system.length)} characters</small>
    </summary>
    {before?.system === undefined ? <CodeBlock text={system} /> : <DiffView before={before.system} after={system} />}
  </details>
)

const Tools = ({ tools, digest }: { readonly tools: readonly ToolDefinition[] | undefined; readonly digest: string }): ReactNode => (
  <details>
    <summary>
      Tools <small>{tools === undefined ? 'not known here' : tools.length}</small>
    </summary>
    {tools === undefined ? (
      <p className="panel-empty">
        The journal keeps their digest, <code>{digest.slice(0, 12)}…</code>, and the agent that is here has others.
      </p>
    ) : (
      <ul className="asked-tools">
        {tools.map((tool) => (
          <li key={tool.name}>
            <details>
              <summary>{tool.name}</summary>
              <p className="asked-text">{tool.description}</p>
              <CodeBlock label="input" text={JSON.stringify(tool.parameters, null, 2)} />
            </details>
          </li>
        ))}
      </ul>
    )}
  </details>
)

/** Messages that are shown at once, of those that were there before. */
const page = 40

function Messages({ asked: { messages, before } }: { readonly asked: Asked }): ReactNode {
  const shared = before?.shared ?? 0
  const [from, setFrom] = useState(shared)
  const entry = (message: Message, index: number): ReactNode => (
    <MessageView key={index} message={message} number={index + 1} mark={before !== undefined && index >= shared ? 'new' : undefined} />
  )
  return (
    <section aria-label="Messages">
      <h3>
        Messages <small>{messages.length}</small>
      </h3>
      {from > 0 && (
        <button type="button" className="button-link" onClick={() => setFrom(Math.max(0, from - page))}>
          {from} as before: show {Math.min(page, from)} of them
        </button>
      )}
      <ol className="asked-messages">
        {messages.slice(from, shared).map((message, index) => entry(message, from + index))}
        {before?.dropped.map((message, index) => (
          <MessageView key={`dropped-${index}`} message={message} number={shared + index + 1} mark="dropped" />
        ))}
        {messages.slice(shared).map((message, index) => entry(message, shared + index))}
      </ol>
    </section>
  )
}

/** Whether this is what was sent, and what of it was for this call only. */
function Sent({ asked }: { readonly asked: Asked }): ReactNode {
  const { words, tone } = sentWords(asked)
  const changes = onlyHere(asked)
  return (
    <section aria-label="What was sent">
      <h3>As it was sent</h3>
      <ul className="asked-changes">
        <li data-tone={tone}>{words}</li>
        {changes.map((change) => (
          <li key={`${change.part} ${change.words}`} data-tone="plain">
            <strong>{change.part}</strong> <Visible text={change.words} />
          </li>
        ))}
      </ul>
    </section>
  )
}

export function RequestView({ asked, facts }: RequestViewProps): ReactNode {
  const usage = useMemo(() => usageOf(facts, asked.cursor), [facts, asked.cursor])
  const earlier = useMemo(() => (asked.before === undefined ? undefined : usageOf(facts, asked.before.cursor)), [facts, asked.before])
  return (
    <div className="asked">
      <p className="asked-head">
        <span>
          turn {asked.turn}
          {asked.attempt > 1 && `, attempt ${asked.attempt}`}
        </span>
        <span>{asked.model}</span>
        <span>{formatTime(asked.timestamp)}</span>
        {asked.reservation && <span>{formatCount(asked.reservation.tokens)} tokens reserved</span>}
        <CopyButton text={JSON.stringify(asked, null, 2)} label="Copy it as JSON" />
      </p>
      <Sent asked={asked} />
      <Changes {...{ asked, usage, earlier }} />
      <System asked={asked} />
      <Tools tools={asked.tools} digest={asked.digests.tools} />
      {asked.output && (
        <details>
          <summary>
            Schema of the answer <small>{asked.output.name}</small>
          </summary>
          <CodeBlock text={JSON.stringify(asked.output.schema, null, 2)} />
        </details>
      )}
      <Messages key={asked.cursor} asked={asked} />
    </div>
  )
}
