/** What is printed while a person is asked something. */
import { expect, test } from 'vitest'
import { createScreen } from '../../src/terminal/screen.ts'

test('what is printed while somebody is asked comes afterwards, in order, and no status line is drawn meanwhile', () => {
  const out: string[] = []
  const screen = createScreen({ live: true, print: (text) => void out.push(text) })
  screen.print('before\n')
  const release = screen.hold()
  screen.watch(() => 'working')
  screen.print('one\n')
  screen.print('two\n')
  screen.refresh()
  expect(out).toEqual(['before\n'])
  release()
  screen.close()
  expect(out).toEqual(['before\n', 'one\n', 'two\n'])
})

test('the status line is drawn at once when it is asked for, and is gone before the next text', () => {
  const out: string[] = []
  const screen = createScreen({ live: true, print: (text) => void out.push(text) })
  screen.watch(() => 'working')
  screen.refresh()
  screen.print('text\n')
  screen.close()
  expect(out).toEqual(['\r\u001b[2Kworking', '\r\u001b[2K', 'text\n'])
})

test('several lines of status are taken away whole, and drawn over each other', () => {
  const out: string[] = []
  const screen = createScreen({ live: true, print: (text) => void out.push(text) })
  const said = ['one\ntwo\nthree', 'one']
  screen.watch(() => said.shift() ?? '')
  screen.refresh()
  screen.refresh()
  screen.print('text\n')
  screen.close()
  const [line, above] = ['\r\u001b[2K', '\u001b[1A\u001b[2K']
  expect(out).toEqual([`${line}one\r\ntwo\r\nthree`, `${line}${above}${above}one`, line, 'text\n'])
})
