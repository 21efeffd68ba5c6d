/** Keeps the newest in view while the reader is at the end, and leaves the view alone once the reader has scrolled up. */
import { useCallback, useEffect, useRef, useState, type RefObject } from 'react'

/** Pixels from the end that still count as the end. */
const nearEnd = 48

export type StickToEnd = {
  readonly scroller: RefObject<HTMLDivElement | null>
  readonly content: RefObject<HTMLDivElement | null>
  readonly atEnd: boolean
  readonly toEnd: () => void
}

export function useStickToEnd(): StickToEnd {
  const scroller = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const stick = useRef(true)
  const [atEnd, setAtEnd] = useState(true)
  const toEnd = useCallback(() => {
    stick.current = true
    setAtEnd(true)
    const element = scroller.current
    if (element) element.scrollTop = element.scrollHeight
  }, [])
  useEffect(() => {
    const element = scroller.current
    const inner = content.current
    if (!element || !inner) return undefined
    let top = element.scrollTop
    const onScroll = (): void => {
      const isNear = element.scrollHeight - element.scrollTop - element.clientHeight < nearEnd
      // Only a person scrolls up: growing content moves the end away, and we only ever follow it down.
      if (isNear) stick.current = true
      else if (element.scrollTop < top) stick.current = false
      top = element.scrollTop
      setAtEnd(stick.current)
    }
    const observer = new ResizeObserver(() => {
      if (stick.current) element.scrollTop = element.scrollHeight
    })
    observer.observe(inner)
    observer.observe(element)
    element.addEventListener('scroll', onScroll, { passive: true })
    return () => {
      observer.disconnect()
      element.removeEventListener('scroll', onScroll)
    }
  }, [])
  return { scroller, content, atEnd, toEnd }
}
