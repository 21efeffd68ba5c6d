/** What a person says to a run that has just ended is not lost. */
import { AgentError, userText } from '@seamfold/core/kit'
import { expect, test } from 'vitest'
import { steer } from '../../src/commands/steering.ts'
import { createStyle } from '../../src/render/style.ts'
import type { LineListener } from '../../src/terminal/lines.ts'
import { at } from '../render/events.ts'

function stage(run: { steer(): Promise<void> }) {
  const kept: string[] = []
  let listener: LineListener | undefined
  const lines = {
    listen: (given: LineListener) => {
      listener = given
      return () => void (listener = undefined)
    },
    typed: () => '',
    keep: (text: string) => void kept.push(text),
  }
  const steering = steer({
    run,
    lines,
    screen: { print: () => undefined, refresh: () => undefined },
    terminal: { style: () => createStyle() },
  })
  return { steering, kept, type: (text: string) => listener?.line(text) }
}

const ended = { steer: () => Promise.reject(new AgentError('invalid_argument', 'no run is under way')) }
const works = { steer: () => Promise.resolve() }

const read = (text: string) => at(0, { type: 'message_injected', message: userText(text), source: 'steering' })

test('what a run did not read any more is said again, and then comes what is meant for the chat itself', () => {
  const { steering, kept, type } = stage(ended)
  type('one')
  type('/cost')
  type('two')
  steering.stop(false)
  expect(kept).toEqual(['one', 'two', '/cost'])
})

test('what it did read is not said again', () => {
  const { steering, kept, type } = stage(works)
  type('one')
  type('two')
  steering.shown(read('one'))
  steering.stop(false)
  expect(kept).toEqual(['two'])
})

test('a run that goes on later reads it then', () => {
  const { steering, kept, type } = stage(works)
  type('one')
  steering.stop(true)
  expect(kept).toEqual([])
})

test('a line that ends with a backslash goes on in the next', () => {
  const { steering, kept, type } = stage(ended)
  type('one\\')
  type('two')
  steering.stop(false)
  expect(kept).toEqual(['one\ntwo'])
})
