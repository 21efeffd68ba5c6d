import assert from 'node:assert/strict'
import { test } from 'node:test'
import { longestDay, splitIntoDays } from '../src/days.js'

const stage = (name, distance) => ({ name, distance })

test('short stages share a day', () => {
  const days = splitIntoDays([stage('a', 4), stage('b', 5), stage('c', 9)], 12)
  assert.deepEqual(
    days.map((day) => day.distance),
    [9, 9],
  )
})

test('a day may be exactly as long as its limit', () => {
  const days = splitIntoDays([stage('a', 8), stage('b', 7), stage('c', 12)], 15)
  assert.deepEqual(
    days.map((day) => day.distance),
    [15, 12],
  )
})

test('a stage longer than the limit gets a day of its own', () => {
  const days = splitIntoDays([stage('a', 3), stage('b', 30), stage('c', 3)], 20)
  assert.equal(days.length, 3)
})

test('the first of two equal days is the longest', () => {
  const days = splitIntoDays([stage('a', 10), stage('b', 10)], 12)
  assert.equal(longestDay(days), days[0])
})
