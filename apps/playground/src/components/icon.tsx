/** The few signs that the page uses, drawn in the colour of the text around them and as large as it grows. */
import type { ReactNode } from 'react'

const paths = {
  alert: 'M12 3.5 21.5 20h-19L12 3.5Zm0 6v4.5m0 3v.01',
  arrowDown: 'M12 5v14m-6-6 6 6 6-6',
  arrowUp: 'M12 19V5m-6 6 6-6 6 6',
  bolt: 'M13 3 5 14h6l-1 7 8-11h-6l1-7Z',
  branch: 'M7 5v14M7 12c6 0 10-1 10-5m0 0-2.5 2.5M17 7l2.5 2.5',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  chevron: 'm9 6 6 6-6 6',
  close: 'M6 6l12 12M18 6 6 18',
  copy: 'M9 9h10v10H9zM15 9V5H5v10h4',
  flow: 'M4 9h5v6H4zM15 4h5v5h-5zM15 15h5v5h-5zM9 12h3m3-5.5h-3v11h3',
  journal: 'M6 4h12v16H6zM9.5 8.5h5m-5 3.5h5m-5 3.5h3',
  keys: 'M3 7h18v10H3zM7 10.5h.01M11 10.5h.01M15 10.5h.01M8 14h8',
  menu: 'M4 7h16M4 12h16M4 17h16',
  moon: 'M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10Z',
  parts: 'M5 5h6v6H5zM13 13h6v6h-6zM16 5v6m-3-3h6M8 13v6',
  pause: 'M9 6v12m6-12v12',
  play: 'M8 5.5v13l10.5-6.5L8 5.5Z',
  plus: 'M12 5v14M5 12h14',
  stop: 'M7 7h10v10H7z',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8Zm0-5v2m0 14v2m9-9h-2M5 12H3m15.4-6.4L17 7M7 17l-1.4 1.4m12.8 0L17 17M7 7 5.6 5.6',
  system: 'M4 5h16v11H4zM9 20h6m-3-4v4',
} as const

export type IconName = keyof typeof paths

/** `size` is in pixels where letters are of their usual size. */
export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }): ReactNode {
  const rem = `${size / 16}rem`
  return (
    <svg className="icon" width={rem} height={rem} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  )
}
