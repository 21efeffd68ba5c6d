/** Recognises what a test runner printed, so that a run of tests can be told in one line. */
import { harmless } from './text.ts'

export type TestReport = {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** Names of failed tests, in order, each once. */
  readonly failures: readonly string[]
}

type Reader = (text: string) => TestReport | undefined

const number = (text: string, pattern: RegExp): number | undefined => {
  const found = pattern.exec(text)?.[1]
  return found === undefined ? undefined : Number(found)
}

const all = (text: string, pattern: RegExp): readonly string[] => [
  ...new Set([...text.matchAll(pattern)].map(([, name]) => (name ?? '').trim()).filter((name) => name !== '')),
]

/** `node --test`, as spec (`ℹ pass 3`, `✖ name (1.2ms)`) or TAP (`# pass 3`, `not ok 1 - name`). */
const nodeTest: Reader = (text) => {
  const passed = number(text, /^[ℹ#] pass (\d+)$/m)
  const failed = number(text, /^[ℹ#] fail (\d+)$/m)
  if (passed === undefined || failed === undefined) return undefined
  const skipped = (number(text, /^[ℹ#] skipped (\d+)$/m) ?? 0) + (number(text, /^[ℹ#] todo (\d+)$/m) ?? 0)
  // The closing section of the spec reporter names each failed test once, without the suites around it.
  const section = /^✖ failing tests:$/m.exec(text)
  const spec = all(section === null ? text : text.slice(section.index + section[0].length), /^\s*✖ (.+?) \([\d.]+m?s\)$/gm)
  const named = spec.length > 0 ? spec : all(text, /^\s*not ok \d+ - (.+?)(?: # .*)?$/gm)
  return { passed, failed, skipped, failures: leavesOf(named, failed) }
}

/** A suite fails with its test and a file with its suite: of more names than failures the innermost are told, as far as can be seen. */
const leavesOf = (names: readonly string[], failed: number): readonly string[] => {
  const tests = names.filter((name) => !/\.(m|c)?[jt]sx?$/.test(name) && name !== 'failing tests:')
  return tests.length > failed ? tests.slice(0, failed) : tests
}

/** Vitest and Jest: `Tests  1 failed | 3 passed (4)`, `Tests: 1 failed, 3 passed, 4 total`. */
const vitestOrJest: Reader = (text) => {
  const line = /^\s*Tests:?\s+(.*\b(?:passed|failed)\b.*)$/m.exec(text)?.[1]
  if (line === undefined) return undefined
  return {
    passed: number(line, /(\d+) passed/) ?? 0,
    failed: number(line, /(\d+) failed/) ?? 0,
    skipped: number(line, /(\d+) (?:skipped|todo)/) ?? 0,
    failures: all(text, /^\s*(?:FAIL\s+|●\s+|[×✕]\s+)(.+?)(?:\s+\(?\d+ ?ms\)?)?$/gm),
  }
}

/** pytest: `1 failed, 3 passed in 0.12s`. */
const pytest: Reader = (text) => {
  const line = /^=*\s*((?:\d+ \w+,? ?)+) in [\d.]+s/m.exec(text)?.[1]
  if (line === undefined) return undefined
  return {
    passed: number(line, /(\d+) passed/) ?? 0,
    failed: (number(line, /(\d+) failed/) ?? 0) + (number(line, /(\d+) errors?/) ?? 0),
    skipped: number(line, /(\d+) skipped/) ?? 0,
    failures: all(text, /^FAILED (\S+)/gm),
  }
}

/** cargo: `test result: FAILED. 3 passed; 1 failed; 0 ignored`. */
const cargo: Reader = (text) => {
  const results = [...text.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/gm)]
  if (results.length === 0) return undefined
  const sum = (group: number): number => results.reduce((total, result) => total + Number(result[group]), 0)
  return { passed: sum(1), failed: sum(2), skipped: sum(3), failures: all(text, /^test (.+?) \.\.\. FAILED$/gm) }
}

/** go test -v: `--- PASS: TestA`, `--- FAIL: TestB`. */
const goTest: Reader = (text) => {
  const passed = text.match(/^--- PASS: /gm)?.length ?? 0
  const failures = all(text, /^--- FAIL: (\S+)/gm)
  return passed + failures.length === 0
    ? undefined
    : { passed, failed: failures.length, skipped: text.match(/^--- SKIP: /gm)?.length ?? 0, failures }
}

const READERS: readonly Reader[] = [nodeTest, vitestOrJest, pytest, cargo, goTest]

/** What the tests came to, or undefined when this does not look like the output of a test runner. */
export function readTestReport(output: string): TestReport | undefined {
  const text = harmless(output)
  for (const read of READERS) {
    const report = read(text)
    if (report !== undefined) return report
  }
  return undefined
}
