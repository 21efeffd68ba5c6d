/** A text field that is as tall as its text, up to a limit. */
import { useLayoutEffect, useRef, type RefObject } from 'react'

/** Pixels that the field may grow to. */
const maxHeight = 240

export function useGrowingField(text: string): RefObject<HTMLTextAreaElement | null> {
  const field = useRef<HTMLTextAreaElement>(null)
  useLayoutEffect(() => {
    const element = field.current
    if (!element) return
    element.style.height = 'auto'
    // An empty field is as tall as one line, however long its placeholder is.
    element.style.height = text === '' ? '' : `${Math.min(element.scrollHeight, maxHeight)}px`
  }, [text])
  return field
}
