/** Decides the next step of finding and fixing a failing test, from what the tools have returned so far. */
import { callTool, reasoning, text } from '../scenario/blocks.ts'
import type { Block } from '../model/turn.ts'
import type { Candidate } from './bug-patterns.ts'
import { editTexts } from './edit-text.ts'
import type { Attempt, Notebook } from './notebook.ts'
import { rankedCandidates, sourceFiles, testFiles } from './suspects.ts'
import type { TestFailure, TestReport } from './test-report.ts'
import * as say from './words.ts'

/** Changes that are tried before giving up. */
const mostAttempts = 12
const testCommand = 'node --test'
/** Test runs in a row that are cut off before giving up. */
const mostLostRuns = 4

const readAll = (paths: readonly string[]): readonly Block[] => paths.map((path) => callTool('read', { file_path: path }))

const runTests = (thought: string, announcement: string): readonly Block[] => [
  reasoning(thought),
  text(announcement),
  callTool('bash', { command: testCommand }),
]

/** The change that was made last and is still in place. */
const standing = (notebook: Notebook): Attempt | undefined => notebook.attempts.findLast(({ reverted }) => !reverted)

function untried(notebook: Notebook): { readonly candidate: Candidate; readonly before: string; readonly after: string } | undefined {
  for (const candidate of rankedCandidates(notebook)) {
    const texts = editTexts(notebook.files.get(candidate.path) ?? '', candidate.line, candidate.after)
    const known = notebook.attempts.some(
      ({ path, before, after }) => path === candidate.path && before === texts.before && after === texts.after,
    )
    if (!known && texts.before !== texts.after) return { candidate, ...texts }
  }
  return undefined
}

const edit = (path: string, before: string, after: string): Block =>
  callTool('edit', { file_path: path, old_string: before, new_string: after })

function tryChange(notebook: Notebook, failure: TestFailure): readonly Block[] {
  const next = notebook.attempts.length >= mostAttempts ? undefined : untried(notebook)
  if (next === undefined) return [text(say.gaveUp(notebook))]
  const { candidate, before, after } = next
  return [
    reasoning(say.weighing(candidate, failure)),
    text(notebook.attempts.length === 0 ? say.suspecting(candidate) : say.tryingNext(candidate)),
    edit(candidate.path, before, after),
  ]
}

/** After a run that still fails: look closer, undo what did not help, or try the next change. */
function afterFailure(notebook: Notebook, report: TestReport): readonly Block[] {
  const [failure] = report.failures
  if (failure === undefined) return [text(say.unreadable(report))]
  const tests = testFiles(report.failures).filter((path) => !notebook.files.has(path))
  if (tests.length > 0) return [reasoning(say.toTheTest(failure)), text(say.failing(report)), ...readAll(tests)]
  const sources = sourceFiles(report.failures, notebook).filter((path) => !notebook.files.has(path))
  if (sources.length > 0) return [reasoning(say.toTheSource(failure)), text(say.reading(sources)), ...readAll(sources)]
  const last = standing(notebook)
  const useless = last?.failedAfter !== undefined && last.failedAfter >= last.failedBefore
  if (last !== undefined && useless)
    return [reasoning('That did not help, so it should not stay.'), text(say.undoing(last)), edit(last.path, last.after, last.before)]
  return tryChange(notebook, failure)
}

/** The blocks of the next turn, once the workspace has been looked at. */
export function repairStep(notebook: Notebook): readonly Block[] {
  const { report } = notebook
  if (notebook.lostRuns > mostLostRuns) return [text(say.noTests(testCommand, 'It was cut off again and again.'))]
  if (notebook.lostRuns > 0) return runTests('Tests change nothing, so it is safe to run them again.', say.cutOff(testCommand))
  if (notebook.strangeOutput !== undefined) return [text(say.noTests(testCommand, notebook.strangeOutput))]
  if (report === undefined) return runTests('The tests will say best what is wrong.', 'Now I run the tests to see what fails.')
  if (report.tests === 0) return [text(say.noTests(testCommand, 'It ran no tests.'))]
  const last = standing(notebook)
  if (last !== undefined && last.failedAfter === undefined)
    return runTests('The change is made; only the tests can tell whether it is right.', 'I run the tests again.')
  if (report.failed === 0) return [text(last === undefined ? say.nothingToFix(report) : say.fixed(report, last, notebook))]
  return afterFailure(notebook, report)
}
