/** Goes through system, light and dark. */
import type { ReactNode } from 'react'
import { useTheme, type Theme } from '../hooks/use-theme.ts'
import { Icon } from './icon.tsx'

const next: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' }
const icons = { system: 'system', light: 'sun', dark: 'moon' } as const
const words = { system: 'as the system says', light: 'light', dark: 'dark' } as const

export function ThemeSwitch(): ReactNode {
  const [theme, setTheme] = useTheme()
  return (
    <button
      type="button"
      className="button-icon"
      onClick={() => setTheme(next[theme])}
      aria-label={`Colours: ${words[theme]}`}
      title={`Colours: ${words[theme]}`}
    >
      <Icon name={icons[theme]} />
    </button>
  )
}
