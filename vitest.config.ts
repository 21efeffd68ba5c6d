/** One test project per package, resolved to sources so that unit tests need no build. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig, type ViteUserConfig } from 'vitest/config'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

const doors: Record<string, string> = {
  '@seamfold/core/testing/node': 'packages/core/src/testing-node.ts',
  '@seamfold/core/testing': 'packages/core/src/testing.ts',
  '@seamfold/core/kit': 'packages/core/src/kit.ts',
  '@seamfold/core': 'packages/core/src/index.ts',
  '@seamfold/llm-anthropic': 'packages/llm-anthropic/src/index.ts',
  '@seamfold/llm-openai': 'packages/llm-openai/src/index.ts',
  '@seamfold/tools': 'packages/tools/src/index.ts',
  '@seamfold/store-sqlite': 'packages/store-sqlite/src/index.ts',
  '@seamfold/store-jsonl': 'packages/store-jsonl/src/index.ts',
  '@seamfold/hooks': 'packages/hooks/src/index.ts',
  '@seamfold/executor-remote': 'packages/executor-remote/src/index.ts',
  '@seamfold/simulator': 'packages/simulator/src/index.ts',
  '@seamfold/cli': 'packages/cli/src/index.ts',
}

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
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    exclude: [`test/${endToEnd}`, '**/node_modules/**'],
  },
}))

const config: ViteUserConfig = defineConfig({
  resolve: {
    alias: Object.entries(doors).map(([door, file]) => ({ find: new RegExp(`^${door}$`), replacement: at(file) })),
  },
  test: {
    passWithNoTests: true,
    setupFiles: [at('test/console-guard.ts')],
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
