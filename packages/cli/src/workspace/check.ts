/** Runs the tests of a project once more, by itself: that they pass is not taken from the model's word. */
import { spawn } from 'node:child_process'
import { readTestReport, type TestReport } from '../render/test-report.ts'

export type Check = { readonly passed: boolean; readonly report: TestReport | undefined }

/** `node --test` in a folder, with the Node.js that runs this. Rejects only when it cannot be started. */
export async function runTests(folder: string, signal: AbortSignal): Promise<Check> {
  const { NODE_TEST_CONTEXT: _, NODE_OPTIONS: __, ...environment } = process.env
  const child = spawn(process.execPath, ['--test'], { cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'pipe'], signal })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.resume()
  const { promise, resolve, reject } = Promise.withResolvers<number | null>()
  child.once('error', reject).once('close', resolve)
  const code = await promise
  return { passed: code === 0, report: readTestReport(output) }
}
