/** Keeps the newest in view while the reader is at the end, and leaves the view alone once the reader has scrolled up. */
import { useCallback, useEffect, useRef, useState, type RefObject } from 'react'

/** Pixels from the end that still count as the end. */
const nearEnd = 48
/** Ways to scroll by hand, and milliseconds that a view may still move after one. */
const hands = ['wheel', 'touchmove', 'keydown', 'pointerdown', 'pointermove'] as const
const handMs = 500

export type StickToEnd = {
  readonly scroller: RefObject<HTMLDivElement | null>
  readonly content: RefObject<HTMLDivElement | null>
  readonly atEnd: boolean
  readonly toEnd: () => void
  /** Stay where it is, whatever grows or shrinks, until somebody goes to the end. */
  readonly letGo: () => void
}

/** When somebody last scrolled it by hand. */
function handOn(element: HTMLElement): { touched(): number; stop(): void } {
  let touched = -Infinity
  const onTouch = (): void => void (touched = performance.now())
  for (const each of hands) element.addEventListener(each, onTouch, { passive: true })
  return {
    touched: () => touched,
    stop() {
      for (const each of hands) element.removeEventListener(each, onTouch)
    },
  }
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
  const letGo = useCallback(() => {
    stick.current = false
    setAtEnd(false)
  }, [])
  useEffect(() => {
    const element = scroller.current
    const inner = content.current
    if (!element || !inner) return undefined
    let top = element.scrollTop
    let height = element.scrollHeight
    const hand = handOn(element)
    const begun = performance.now()
    const onScroll = (): void => {
      const isNear = element.scrollHeight - element.scrollTop - element.clientHeight < nearEnd
      // Growing content moves the end away; content that turns out smaller than it was taken for moves the view up. Neither is a person.
      // Nor is a list that puts itself at its start when it is drawn for the first time.
      const now = performance.now()
      const resized = (element.scrollHeight !== height || now - begun < handMs) && now - hand.touched() > handMs
      if (isNear) stick.current = true
      else if (resized && stick.current) element.scrollTop = element.scrollHeight
      else if (element.scrollTop < top) stick.current = false
      top = element.scrollTop
      height = element.scrollHeight
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
      hand.stop()
      element.removeEventListener('scroll', onScroll)
    }
  }, [])
  return { scroller, content, atEnd, toEnd, letGo }
}
