/** One test project per package, resolved to sources so that unit tests need no build. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig, type ViteUserConfig } from 'vitest/config'
import { DOORS } from './test/support/doors.ts'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

const folders = [
  'packages/core',
  'packages/llm-anthropic',
  'packages/llm-openai',
  'packages/tools',
  'packages/store-sqlite',
  'packages/store-jsonl',
  'packages/hooks',
  'packages/executor-remote',
  'packages/simulator',
  'packages/cli',
  'packages/bench',
  'packages/crash-matrix',
  'packages/chaos',
  'packages/conformance',
  'apps/playground',
  'examples',
].filter((folder) => existsSync(at(folder)))

const endToEnd = '**/*.e2e.test.ts'

const unit = folders.map((folder) => ({
  extends: true as const,
  test: {
    name: folder.slice(folder.lastIndexOf('/') + 1),
    root: at(folder),
    // No module holds state, so files may share a process that has read them already.
    isolate: false,
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    exclude: [`test/${endToEnd}`, '**/node_modules/**'],
  },
}))

const config: ViteUserConfig = defineConfig({
  resolve: {
    alias: [...DOORS].map(([door, source]) => ({ find: new RegExp(`^${door}$`), replacement: fileURLToPath(source) })),
  },
  test: {
    passWithNoTests: true,
    setupFiles: [at('test/console-guard.ts')],
    unstubEnvs: true,
    unstubGlobals: true,
    restoreMocks: true,
    // What processes of tests have compiled, the next ones need not.
    env: { NODE_COMPILE_CACHE: at('node_modules/.cache/compiled') },
    // For what hangs: how long anything takes on a busy machine is not what is tested.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    projects: [
      ...unit,
      { extends: true, test: { name: 'repository', root: at('.'), include: ['test/**/*.test.ts'], exclude: [`test/${endToEnd}`] } },
      {
        extends: true,
        test: {
          name: 'e2e',
          root: at('.'),
          include: ['test', ...folders.map((folder) => `${folder}/test`)].map((folder) => `${folder}/${endToEnd}`),
          exclude: ['**/node_modules/**'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})

export default config
