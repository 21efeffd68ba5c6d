/** Light or dark: as the system says, until a person chooses. */
import { useEffect, useState } from 'react'

export type Theme = 'system' | 'light' | 'dark'

const key = 'seamfold-theme'

function stored(): Theme {
  const value = localStorage.getItem(key)
  return value === 'light' || value === 'dark' ? value : 'system'
}

export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState<Theme>(stored)
  useEffect(() => {
    if (theme === 'system') {
      localStorage.removeItem(key)
      document.documentElement.removeAttribute('data-theme')
      return
    }
    localStorage.setItem(key, theme)
    document.documentElement.dataset['theme'] = theme
  }, [theme])
  return [theme, setTheme]
}
