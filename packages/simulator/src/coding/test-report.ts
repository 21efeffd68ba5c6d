/** Reads what `node --test` printed, in either of its two usual forms. */

/** A place in a file, as a stack names it. */
export type Frame = { readonly path: string; readonly line: number }

export type TestFailure = {
  readonly name: string
  readonly message: string
  /** As the runner printed them, on one line; empty when it did not. */
  readonly actual: string
  readonly expected: string
  /** Innermost first, Node's own left out. */
  readonly frames: readonly Frame[]
}

export type TestReport = {
  readonly tests: number
  readonly failed: number
  readonly failures: readonly TestFailure[]
}

const count = (output: string, word: string): number | undefined => {
  const found = new RegExp(`^(?:ℹ|#) ${word} (\\d+)$`, 'm').exec(output)
  return found?.[1] === undefined ? undefined : Number(found[1])
}

const framePattern = /(?:file:\/\/)?([^\s()'":]+\.[cm]?[jt]sx?):(\d+)(?::\d+)?/g

const framesOf = (block: string): readonly Frame[] =>
  block
    .split('\n')
    .filter(
      (line) => /^\s*(?:at |test at |location: |[\w.<>]+(?: \[.*\])? \()/.test(line) && !/node:/.test(line) && !/node_modules/.test(line),
    )
    .flatMap((line) => [...line.matchAll(framePattern)].map((match) => ({ path: decodeURI(match[1] ?? ''), line: Number(match[2]) })))

const flat = (text: string): string => text.replace(/\s+/g, ' ').trim()

/** The value of a field that ends where the next known field begins. */
function field(block: string, name: string): string {
  const found = new RegExp(
    `^\\s*${name}:(.*(?:\\n(?!\\s*(?:actual|expected|operator|code|name|diff|stack|generatedMessage|\\.\\.\\.|\\}).*).*)*)`,
    'm',
  ).exec(block)
  return flat(found?.[1] ?? '').replace(/,$/, '')
}

/** `0: 15 1: 12`, the other form's way to print a list, as a list. */
const listed = (text: string): string => (text.startsWith('0: ') ? `[ ${text.replace(/(?:^| )\d+: /g, ', ').replace(/^, /, '')} ]` : text)

function failure(name: string, block: string): TestFailure {
  const spec = /^\s*((?:[A-Za-z]*Error)(?: \[[A-Z_]+\])?: .*)$/m.exec(block)?.[1]
  const tap = /^\s*error: (?:\|-\n\s*)?(.*)$/m.exec(block)?.[1]
  return {
    name,
    message: flat(spec ?? tap ?? '').replace(/^'|'$/g, ''),
    actual: listed(field(block, 'actual')),
    expected: listed(field(block, 'expected')),
    frames: framesOf(block),
  }
}

function specFailures(output: string): readonly TestFailure[] {
  const start = output.indexOf('failing tests:')
  if (start < 0) return []
  return output
    .slice(start)
    .split(/^(?=test at )/m)
    .slice(1)
    .map((block) => failure(/^✖ (.*?)(?: \([\d.]+ms\))?$/m.exec(block)?.[1] ?? 'a test', block))
}

const tapFailures = (output: string): readonly TestFailure[] =>
  [...output.matchAll(/^ *not ok \d+ - (.*)\n((?: +.*\n?)*)/gm)]
    .map((match) => failure(match[1] ?? 'a test', match[2] ?? ''))
    .filter(({ frames, message }) => frames.length > 0 && !/subtests? failed/.test(message))

/** `undefined` when this is no output of a test run. */
export function readTestReport(output: string): TestReport | undefined {
  const tests = count(output, 'tests')
  if (tests === undefined) return undefined
  const failures = specFailures(output)
  return { tests, failed: count(output, 'fail') ?? 0, failures: failures.length > 0 ? failures : tapFailures(output) }
}
