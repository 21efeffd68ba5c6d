/** Text of somebody who may want to hide something: what cannot be seen is shown as an escape. */
import { memo, type ReactNode } from 'react'
import { visibleParts } from '../text/visible.ts'

export const Visible = memo(function Visible({ text }: { readonly text: string }): ReactNode {
  return visibleParts(text).map((part, index) =>
    part.escaped ? (
      <mark key={index} className="escape">
        {part.text}
      </mark>
    ) : (
      part.text
    ),
  )
})
