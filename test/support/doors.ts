/** The source behind each name by which packages import each other, so that tests need no build. */

const sources = {
  '@seamfold/core/testing/node': 'core/src/testing-node',
  '@seamfold/core/testing': 'core/src/testing',
  '@seamfold/core/kit': 'core/src/kit',
  '@seamfold/core': 'core/src/index',
  '@seamfold/llm-anthropic': 'llm-anthropic/src/index',
  '@seamfold/llm-openai': 'llm-openai/src/index',
  '@seamfold/tools': 'tools/src/index',
  '@seamfold/store-sqlite': 'store-sqlite/src/index',
  '@seamfold/store-jsonl': 'store-jsonl/src/index',
  '@seamfold/hooks': 'hooks/src/index',
  '@seamfold/executor-remote': 'executor-remote/src/index',
  '@seamfold/simulator': 'simulator/src/index',
  '@seamfold/cli': 'cli/src/index',
}

/** URLs by name. */
export const DOORS: ReadonlyMap<string, URL> = new Map(
  Object.entries(sources).map(([door, source]) => [door, new URL(`../../packages/${source}.ts`, import.meta.url)]),
)

/** What lets a process that a test starts run the sources: parameters of Node.js. */
export const FROM_SOURCES: readonly string[] = ['--no-warnings', '--import', new URL('from-sources.ts', import.meta.url).href]
