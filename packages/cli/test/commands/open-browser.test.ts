/** Promises of opening a browser: only where somebody sees it, and without showing the token to other users. */
import { expect, test } from 'vitest'
import { openerOf } from '../../src/commands/open-browser.ts'

test('opens where there is a screen, and nowhere else', () => {
  expect(openerOf('linux', { DISPLAY: ':0' }, '/f')).toEqual({ command: 'xdg-open', words: ['/f'] })
  expect(openerOf('linux', { WAYLAND_DISPLAY: 'wayland-0' }, '/f')?.command).toBe('xdg-open')
  expect(openerOf('linux', {}, '/f')).toBeUndefined()
  expect(openerOf('darwin', {}, '/f')).toEqual({ command: 'open', words: ['/f'] })
  expect(openerOf('win32', {}, 'f')?.words).toEqual(['f'])
})

test('stays away where nobody sits, or where a person said so', () => {
  expect(openerOf('darwin', { CI: 'true' }, '/f')).toBeUndefined()
  expect(openerOf('darwin', { BROWSER: 'none' }, '/f')).toBeUndefined()
  expect(openerOf('linux', { DISPLAY: ':10', SSH_CONNECTION: '10.0.0.1 22' }, '/f')).toBeUndefined()
})
