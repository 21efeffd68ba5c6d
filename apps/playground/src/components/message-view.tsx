/** One message as the model gets it, block by block. */
import { resultText, type Block, type Message } from '@seamfold/core/kit'
import type { ReactNode } from 'react'
import { CodeBlock } from './code-block.tsx'
import { Visible } from './visible.tsx'

type MessageViewProps = { readonly message: Message; readonly number: number; readonly mark?: 'new' | 'dropped' | undefined }

/** Characters of a block that are drawn; copying takes all of them. */
const shown = 20_000

const Picture = ({ mediaType, data }: Extract<Block, { type: 'image' }>): ReactNode => (
  <img className="picture" src={`data:${mediaType};base64,${data}`} alt="part of the message" />
)

function BlockView({ block }: { readonly block: Block }): ReactNode {
  switch (block.type) {
    case 'text':
      return <p className="asked-text">{<Visible text={block.text.slice(0, shown)} />}</p>
    case 'reasoning':
      return <p className="asked-text asked-thought">{block.text === '' ? '(a thought that the provider keeps to itself)' : block.text}</p>
    case 'image':
      return <Picture {...block} />
    case 'tool_use':
      return <CodeBlock label={`calls ${block.name}`} text={block.invalidInput ?? JSON.stringify(block.input, null, 2)} exact />
    case 'tool_result':
      return (
        <>
          <CodeBlock
            label={block.isError ? 'result, an error' : 'result'}
            tone={block.isError ? 'danger' : 'plain'}
            text={resultText(block.content).slice(0, shown)}
          />
          {typeof block.content !== 'string' &&
            block.content.map((part, index) => part.type === 'image' && <Picture key={index} {...part} />)}
        </>
      )
  }
}

const marks = { new: 'new', dropped: 'no longer sent' } as const

export function MessageView({ message, number, mark }: MessageViewProps): ReactNode {
  const results = message.content.some(({ type }) => type === 'tool_result')
  return (
    <li className="asked-message" data-mark={mark}>
      <h4>
        <span className="panel-count">{number}</span> {results ? 'results' : message.role}
        {mark !== undefined && <span className="tag">{marks[mark]}</span>}
      </h4>
      {message.content.map((block, index) => (
        <BlockView key={index} block={block} />
      ))}
    </li>
  )
}
