import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatTime, itinerary, walkingTime } from '../src/itinerary.js'

test('walking takes twelve minutes a kilometre, and longer uphill', () => {
  assert.equal(walkingTime([{ name: 'a', distance: 10, climb: 300 }]), 150)
})

test('times are written in hours and minutes', () => {
  assert.equal(formatTime(45), '45 min')
  assert.equal(formatTime(125), '2 h 05 min')
})

test('the plan has a line for each day and one for the longest', () => {
  const stages = [
    { name: 'Mill to Ford', distance: 8, climb: 120 },
    { name: 'Ford to Abbey', distance: 7, climb: 310 },
    { name: 'Abbey to Pass', distance: 12, climb: 900 },
  ]
  assert.equal(
    itinerary(stages, { limit: 15 }),
    ['Day 1: Mill to Ford, Ford to Abbey (15 km, 3 h 43 min)', 'Day 2: Abbey to Pass (12 km, 3 h 54 min)', 'Longest day: 15 km'].join('\n'),
  )
})
