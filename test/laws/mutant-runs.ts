/** Runs tests of laws as it is asked, each time with one mutant in the sources, in one process: what no mutant changes is read once. */
import { fileURLToPath } from 'node:url'
import { createVitest, type TestSpecification, type Vitest } from 'vitest/node'
import { LAWS } from './laws.ts'
import type { Mutant } from './mutant.ts'
import type { Asked, Ended } from './mutated.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The tests of these files as they end with a mutant in the sources: those that it kills, or all of them where there is none. */
async function run(vitest: Vitest, files: readonly TestSpecification[], mutant?: Mutant): Promise<Ended> {
  process.env['SEAMFOLD_MUTANT'] = JSON.stringify(mutant ?? null)
  const invalidate = (): void => (mutant ? vitest.invalidateFile(`${root}${mutant.file}`) : undefined)
  invalidate()
  const named = mutant && { testNamePattern: new RegExp(mutant.kills.replaceAll(/\W/g, '.')) }
  const { testModules } = await vitest.runTestSpecifications(
    files.map(({ project, moduleId }) => project.createSpecification(moduleId, named)),
  )
  delete process.env['SEAMFOLD_MUTANT']
  invalidate()
  return testModules
    .filter(({ moduleId }) => files.some((file) => file.moduleId === moduleId))
    .flatMap(({ moduleId, children }) =>
      [...children.allTests()].map((test) => ({ file: moduleId, title: test.name, status: test.result().state })),
    )
    .filter(({ status }) => status !== 'skipped')
}

async function answers(): Promise<(asked: Asked) => Promise<Ended>> {
  const vitest = await createVitest('test', { root, config: `${root}test/laws/mutant.config.ts`, watch: false, reporters: [{}] })
  return async ({ law, file, mutant }) => {
    const files = await vitest.globTestSpecifications(file === undefined ? [...LAWS[law].tests] : [file])
    return run(vitest, files, mutant === undefined ? undefined : LAWS[law].mutants[mutant])
  }
}

const answering = answers()
const tell = async (asked: Asked): Promise<void> => {
  const answer = await answering
  process.send?.(await answer(asked))
}
process.on('message', (asked: Asked) => void tell(asked))
process.on('disconnect', () => process.exit())
