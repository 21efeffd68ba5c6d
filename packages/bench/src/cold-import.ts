/** What importing core costs a process that does nothing else. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { median } from './measure.ts'

const run = promisify(execFile)

/** Milliseconds of CPU and megabytes over a bare process, medians; `loaded` are modules that have no business there. */
export type ColdImport = { readonly cpuMs: number; readonly mb: number; readonly loaded: readonly string[] }

const core = fileURLToPath(import.meta.resolve('@seamfold/core'))

const PROBE = `const done = process.cpuUsage(); const { resourceUsage } = process;
console.log(JSON.stringify({ cpu: done.user + done.system, rss: process.memoryUsage().rss }))`

async function probe(code: string): Promise<{ readonly cpu: number; readonly rss: number }> {
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code])
  return JSON.parse(stdout)
}

export async function coldImport(passes: number): Promise<ColdImport> {
  const cpu: number[] = []
  const memory: number[] = []
  for (let pass = 0; pass < passes; pass++) {
    const bare = await probe(PROBE)
    const full = await probe(`await import(${JSON.stringify(core)}); ${PROBE}`)
    cpu.push((full.cpu - bare.cpu) / 1000)
    memory.push((full.rss - bare.rss) / 1e6)
  }
  return { cpuMs: median(cpu), mb: median(memory), loaded: await strangers() }
}

/** Provider SDKs, zod and the like must not be loaded before they are needed. */
async function strangers(): Promise<readonly string[]> {
  const code = `import { registerHooks } from 'node:module'; const seen = [];
registerHooks({ resolve(specifier, context, next) { const found = next(specifier, context); seen.push(found.url); return found } });
await import(${JSON.stringify(core)}); console.log(JSON.stringify(seen))`
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code])
  const urls: readonly string[] = JSON.parse(stdout)
  return urls.filter((url) => /node_modules|^node:(?!module)/.test(url))
}
