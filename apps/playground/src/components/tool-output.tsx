/** What a call came to, or what it has said so far. */
import { resultText, type ToolResultContent } from '@seamfold/core/kit'
import { useState, type ReactNode } from 'react'
import { CodeBlock } from './code-block.tsx'

type ToolOutputProps = { readonly output: ToolResultContent | undefined; readonly live: string | undefined; readonly failed: boolean }

/** Characters that are shown before somebody asks for more. */
const shown = 8_000

export function ToolOutput({ output, live, failed }: ToolOutputProps): ReactNode {
  const [whole, setWhole] = useState(false)
  if (output === undefined) return live === undefined || live === '' ? null : <CodeBlock label="output so far" text={live} tail />
  const text = resultText(output)
  const images = typeof output === 'string' ? [] : output.filter((block) => block.type === 'image')
  const cut = !whole && text.length > shown
  return (
    <>
      {text !== '' && (
        <CodeBlock label={failed ? 'error' : 'output'} tone={failed ? 'danger' : 'plain'} text={cut ? text.slice(0, shown) : text} />
      )}
      {cut && (
        <button type="button" className="button-link" onClick={() => setWhole(true)}>
          Show all {text.length.toLocaleString()} characters
        </button>
      )}
      {images.map((image, index) => (
        <img key={index} className="picture" src={`data:${image.mediaType};base64,${image.data}`} alt="made by the tool" />
      ))}
    </>
  )
}
