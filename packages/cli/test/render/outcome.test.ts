/** What a tool call came to, in a few words. */
import { describe, expect, test } from 'vitest'
import { type EndedCall, outcomeOf } from '../../src/render/outcome.ts'
import { readTestReport } from '../../src/render/test-report.ts'
import { createStyle } from '../../src/render/style.ts'

const tell = (call: Partial<EndedCall>) => outcomeOf({ name: 'bash', args: {}, output: '', isError: false, ...call }, createStyle())

const nodeSpec = `▶ cart
  ✔ adds (1.2ms)
  ✖ takes the discount once (2.4ms)
✖ cart (5.1ms)
ℹ tests 2
ℹ suites 1
ℹ pass 1
ℹ fail 1
ℹ cancelled 0
ℹ skipped 0
ℹ todo 0

✖ failing tests:

test at test/cart.test.js:9:3
✖ takes the discount once (2.4ms)
  AssertionError [ERR_ASSERTION]: 81 !== 90
`

const nodeTap = `TAP version 13
# Subtest: adds
ok 1 - adds
# Subtest: takes the discount once
not ok 2 - takes the discount once
1..2
# tests 2
# pass 1
# fail 1
# skipped 0
# todo 0
`

describe('the output of a test runner', () => {
  test.each([
    ['node, spec', nodeSpec, { passed: 1, failed: 1, skipped: 0, failures: ['takes the discount once'] }],
    ['node, TAP', nodeTap, { passed: 1, failed: 1, skipped: 0, failures: ['takes the discount once'] }],
    [
      'vitest',
      ' FAIL  test/a.test.ts > adds\n Tests  1 failed | 3 passed (4)\n',
      { passed: 3, failed: 1, skipped: 0, failures: ['test/a.test.ts > adds'] },
    ],
    [
      'jest',
      '  ● cart › adds\nTests:       1 failed, 1 skipped, 3 passed, 5 total\n',
      { passed: 3, failed: 1, skipped: 1, failures: ['cart › adds'] },
    ],
    [
      'pytest',
      'FAILED test_a.py::test_b - assert 1 == 2\n== 1 failed, 2 passed in 0.05s ==\n',
      { passed: 2, failed: 1, skipped: 0, failures: ['test_a.py::test_b'] },
    ],
    [
      'cargo',
      'test a ... FAILED\ntest result: FAILED. 4 passed; 1 failed; 2 ignored; 0 measured\n',
      { passed: 4, failed: 1, skipped: 2, failures: ['a'] },
    ],
    ['go', '--- FAIL: TestB (0.00s)\n--- PASS: TestA (0.00s)\n', { passed: 1, failed: 1, skipped: 0, failures: ['TestB'] }],
  ])('of %s is read', (_, output, report) => {
    expect(readTestReport(output)).toEqual(report)
  })

  test('is not seen in other text', () => {
    expect(readTestReport('compiled 3 files\nall tests of patience passed\n')).toBeUndefined()
  })

  test('is told in one line, with the names of what failed', () => {
    expect(tell({ output: nodeSpec, isError: true, exitCode: 1 })).toEqual({
      brief: '1 failed, 1 passed',
      body: ['✗ takes the discount once'],
    })
  })
})

describe('a call', () => {
  test('that failed shows the end of its output', () => {
    const output = `${Array.from({ length: 20 }, (_, index) => `line ${index + 1}`).join('\n')}\n[exit code 2]`
    const { brief, body } = tell({ output, isError: true, exitCode: 2 })
    expect(brief).toBe('exit 2')
    expect(body).toEqual(['… 12 lines above', ...Array.from({ length: 8 }, (_, index) => `line ${index + 13}`)])
  })

  test('that was stopped is no exit of its own', () => {
    const cancelled = { output: 'half\n[Cancelled. What it had done stays done.]', isError: true, errorKind: 'cancelled' }
    expect(tell(cancelled)).toEqual({ brief: 'cancelled', body: ['half'] })
    expect(tell({ ...cancelled, exitCode: 1 }).brief).toBe('cancelled')
    expect(tell({ output: 'late', isError: true, errorKind: 'timeout', exitCode: 137 }).brief).toBe('timed out')
  })

  test('that never had an exit code is not given one', () => {
    expect(tell({ output: 'No shell was found.', isError: true })).toEqual({ brief: 'failed', body: ['No shell was found.'] })
  })

  test('that edited shows what changed, with its line numbers', () => {
    const diff = '--- a/x\n+++ b/x\n@@ -9,3 +9,3 @@\n a\n-b\n+c\n d\n'
    expect(tell({ name: 'edit', args: { file_path: 'x' }, metadata: { diff } })).toEqual({
      brief: '+1 −1',
      body: [' 9   a', '10 − b', '10 + c', '11   d'],
    })
  })

  test('that read tells how much of the file it saw', () => {
    expect(
      tell({
        name: 'read',
        output: '     1\ta\n     2\tb\n[lines 1 to 2 of 90; go on with offset 2]',
        metadata: { range: { total_lines: 90 } },
      }).brief,
    ).toBe('2 of 90 lines')
  })

  test('of a tool that nobody knows shows one line or counts them', () => {
    expect(tell({ name: 'crm', output: '{"ok":true}' }).brief).toBe('{"ok":true}')
    expect(tell({ name: 'crm', output: 'a\nb\nc' }).brief).toBe('3 lines')
  })
})
