/** Configurations that are scripts, as Node.js itself loads them: what is wrong is told with the file and the line. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { seamfold, temporaryFolder } from './command.ts'

test.each([
  ['types that do not parse', 'ts', 'const a = 1\nconst x: = 5\nexport default {}', 'seamfold.config.ts:2 cannot be loaded: '],
  ['syntax that Node.js cannot strip', 'ts', '\nenum A { B }\nexport default {}', 'seamfold.config.ts:2 cannot be loaded: '],
  ['a script that does not parse', 'mjs', 'export default {\n  model: "x",\n', 'seamfold.config.mjs:3 cannot be loaded: Unexpected end'],
  ['a script that throws', 'mjs', '\n\nthrow new Error("no luck")', 'seamfold.config.mjs:3 cannot be loaded: no luck'],
  ['an import that is not there', 'mjs', '\nimport x from "./nope.mjs"', 'seamfold.config.mjs:2 cannot be loaded: Cannot find module'],
  ['an unknown key', 'ts', 'export default {\n  modle: 1 as number,\n}', "seamfold.config.ts:2: 'modle': there is no such key."],
] as const)('%s', async (...[, kind, text, message]) => {
  await using folder = await temporaryFolder()
  await writeFile(join(folder.path, `seamfold.config.${kind}`), text)
  const { code, stdout, stderr } = await seamfold(['run', 'hi there'], { cwd: folder.path })
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain(message)
  expect(stderr).not.toContain('/dist/')
})

test('what is wrong in a file that it imports is told with the line there', async () => {
  await using folder = await temporaryFolder()
  await writeFile(join(folder.path, 'other.mjs'), '\nexport const x = 1\nx.y.z = 2')
  await writeFile(join(folder.path, 'seamfold.config.mjs'), 'import "./other.mjs"\nexport default {}')
  const { stderr } = await seamfold(['run', 'hi there'], { cwd: folder.path })
  expect(stderr).toMatch(/cannot be loaded: .*other\.mjs:3\)/)
})
