import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkStage, totalClimb, totalDistance } from '../src/stages.js'

test('distances add up to one decimal', () => {
  assert.equal(
    totalDistance([
      { name: 'a', distance: 0.1 },
      { name: 'b', distance: 0.2 },
    ]),
    0.3,
  )
})

test('a stage without a climb is flat', () => {
  assert.equal(
    totalClimb([
      { name: 'a', distance: 4 },
      { name: 'b', distance: 5, climb: 250 },
    ]),
    250,
  )
})

test('a stage without a name or a length is refused', () => {
  assert.throws(() => checkStage({ name: ' ', distance: 3 }), /needs a name/)
  assert.throws(() => checkStage({ name: 'a', distance: 0 }), /more than 0 km, not 0/)
})
