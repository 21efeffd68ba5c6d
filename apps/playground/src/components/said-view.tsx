/** What a person said: text as it was typed, and images. */
import type { ImageBlock, TextBlock } from '@seamfold/core/kit'
import type { ReactNode } from 'react'

export function SaidView({ content }: { readonly content: readonly (TextBlock | ImageBlock)[] }): ReactNode {
  return content.map((block, index) =>
    block.type === 'text' ? (
      <p key={index} className="said-text">
        {block.text}
      </p>
    ) : (
      <img key={index} className="picture" src={`data:${block.mediaType};base64,${block.data}`} alt="sent along" />
    ),
  )
}
